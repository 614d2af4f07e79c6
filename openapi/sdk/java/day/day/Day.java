package day;

import java.io.IOException;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

import quartet.client.ApiClient;
import quartet.client.ApiException;
import quartet.client.api.CasApi;
import quartet.client.api.JeecgApi;
import quartet.client.api.JfinalApi;
import quartet.client.api.RuoyiApi;
import quartet.client.api.SystemApi;
import quartet.client.api.YudaoApi;
import quartet.client.auth.ApiKeyAuth;
import quartet.client.model.CasFailureBody;
import quartet.client.model.CasStatus;
import quartet.client.model.FrontType;
import quartet.client.model.JeecgFailureBody;
import quartet.client.model.JfinalFailureBody;
import quartet.client.model.LoginForm;
import quartet.client.model.MobileCodeRequest;
import quartet.client.model.MobileLoginRequest;
import quartet.client.model.RefreshAccessTokenRequest;
import quartet.client.model.RefreshUserRequest;
import quartet.client.model.RuoyiFailureBody;
import quartet.client.model.UpdatePasswordForm;
import quartet.client.model.UserChange;
import quartet.client.model.UserCreation;
import quartet.client.model.UserDetailForm;
import quartet.client.model.WeChatUserRequest;
import quartet.client.model.YudaoFailureBody;

/** A day's work with the Java client of openapi-generator. */
public final class Day {
    private static final String BASE_URL = Optional.ofNullable(System.getenv("BASE_URL")).orElse("http://127.0.0.1:8080");

    private final String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private final String mobile = "139%08d".formatted(ThreadLocalRandom.current().nextInt(100_000_000));

    private Day() {
    }

    /** Does the day's work and the examples of document 002; the first surprise ends it. */
    public static void main(String[] arguments) throws IOException, ApiException {
        Day day = new Day();
        Session session = day.byMobile();
        day.throughApplication(session);
        day.byWeChat();
        day.byPassword();
        day.extendAndSignOut(session.access());
        Document002.run(BASE_URL);
        Unwrapped.run(BASE_URL, false);
        String legacy = System.getenv("LEGACY_URL");
        if (legacy != null) {
            Unwrapped.run(legacy, true);
        }
        System.out.println("java, openapi-generator: a day's work done, a typed failure of each dialect caught");
    }

    private record Session(String access, long userId) {
    }

    /** yudao: a code, a sign-in, the next access token, the device. */
    private Session byMobile() throws IOException, ApiException {
        YudaoApi api = new YudaoApi(client(Map.of()));
        api.sendMobileCode(new MobileCodeRequest().mobile(mobile));
        String code = new SystemApi(client(Map.of())).getDemoOutbox().stream()
            .filter(message -> message.getTo().equals(mobile)).findFirst().orElseThrow().getCode();
        MobileLoginRequest login = new MobileLoginRequest().companyType(0).productType(2).source("day").mobile(mobile);

        String other = code.equals("000000") ? "000001" : "000000";
        YudaoFailureBody wrong = YudaoFailureBody.fromJson(refused(() -> api.signInByMobile(login.validateNo(other), null)));
        expect(wrong.getCode() == 1002014000 && wrong.getData() == null, wrong);

        var pair = api.signInByMobile(login.validateNo(code), null).getData();
        var next = api.refreshAccessToken(new RefreshAccessTokenRequest()
            .accessToken(pair.getAccessToken().getValue()).refreshToken(pair.getRefreshToken().getValue())).getData();
        expect(next.getExpire().isAfter(OffsetDateTime.now()), next.getExpire());
        String access = next.getValue();
        var device = new YudaoApi(client(Map.of("authorization", access))).checkLoginStatus("day-5").getData();
        expect(device.getIsLogin(), device);
        return new Session(access, pair.getUserInfo().getId());
    }

    /** cas: the same person through an application; an id that nobody has keeps its digits. */
    private void throughApplication(Session session) throws IOException, ApiException {
        CasApi api = new CasApi(client(Map.of("applicationId", "1", "accessTokenQuery", session.access())));
        var info = api.getUserInfo(String.valueOf(session.userId()));
        expect(info.getStatus() == CasStatus.CasSuccess && info.getData().getPhone().equals(mobile), info);
        CasFailureBody nobody = CasFailureBody.fromJson(refused(() -> api.getUserInfo("9007199254740993")));
        expect(nobody.getCode() == 404 && nobody.getStatus() == CasStatus.CasFail, nobody);
    }

    /** ruoyi: WeChat; the session travels in a header. */
    private void byWeChat() throws IOException, ApiException {
        RuoyiApi api = new RuoyiApi(client(Map.of()));
        var answer = api.getWeChatUserInfoWithHttpInfo(new WeChatUserRequest().code("f" + id + "f".repeat(15)));
        expect(answer.getData().getCode() == 200, answer.getData());
        String token = answer.getHeaders().get("X-Access-Token").get(0);
        expect(token.startsWith("AT-"), token.length());
        RuoyiFailureBody invalid = RuoyiFailureBody.fromJson(refused(() ->
            api.getWeChatUserInfo(new WeChatUserRequest().code("40029" + "0".repeat(27)))));
        expect(invalid.getCode() == 40029 && !invalid.getMsg().isEmpty(), invalid);
    }

    /** jfinal: create, sign in, update, read, a new password. */
    private void byPassword() throws IOException, ApiException {
        JfinalApi open = new JfinalApi(client(Map.of()));
        String username = "day." + id;
        String password = "violet-" + id;
        long userId = open.createUser(new UserCreation().username(username).password(password)).getUserId();
        JfinalFailureBody taken = JfinalFailureBody.fromJson(refused(() -> open.createUser(new UserCreation().username(username))));
        expect(taken.getCode() == 409 && taken.getMessage().equals("用户名已存在"), taken);

        LoginForm login = new LoginForm().loginAccount(username).password(password);
        JfinalApi own = new JfinalApi(client(Map.of("jwtHeader", open.signInByPassword(login).getJwt())));
        own.updateUser(new UserChange().id(userId).nickname("一鸣"));
        expect("一鸣".equals(own.getUserDetail(userId).getUser().getNickname()), "nickname");
        expect(username.equals(own.postUserDetail(new UserDetailForm().id(userId)).getUser().getUsername()), "username");
        own.updatePassword(new UpdatePasswordForm().userId(userId).newPassword(password + "-new").oldPassowrd(password));
        expect(!open.signInByPassword(login.password(password + "-new")).getJwt().isEmpty(), "Jwt");
    }

    /** jeecg: the token slides; once signed out, it is refused. */
    private void extendAndSignOut(String access) throws IOException, ApiException {
        JeecgApi api = new JeecgApi(client(Map.of()));
        RefreshUserRequest asked = new RefreshUserRequest().token(access).frontType(FrontType.FrontPC);
        expect(api.refreshUser(asked).getSuccess(), "success");
        expect(new YudaoApi(client(Map.of("authorization", access))).signOut().getData(), "signed out");
        JeecgFailureBody ended = JeecgFailureBody.fromJson(refused(() -> api.refreshUser(asked)));
        expect(!ended.getSuccess() && ended.getCode() == 401 && ended.getResult() == null && ended.getTimestamp() > 0, ended);
    }

    /** A client that sends these credentials, by the name of their security scheme. */
    private static ApiClient client(Map<String, String> credentials) {
        ApiClient client = new ApiClient().setBasePath(BASE_URL);
        credentials.forEach((scheme, value) -> ((ApiKeyAuth) client.getAuthentication(scheme)).setApiKey(value));
        return client;
    }

    private interface Call {
        Object answer() throws ApiException;
    }

    /** The body of a failure, for the model of its envelope; an answer that succeeded is a surprise. */
    private static String refused(Call call) {
        try {
            throw new IllegalStateException("a failure was due: " + call.answer());
        } catch (ApiException failure) {
            return failure.getResponseBody();
        }
    }

    static void expect(boolean as, Object got) {
        if (!as) {
            throw new IllegalStateException("unexpected: " + got);
        }
    }
}
