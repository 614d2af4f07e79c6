package day;

import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import quartet.client.ApiClient;
import quartet.client.ApiException;
import quartet.client.auth.ApiKeyAuth;
import quartet.client.model.CasStatus;
import quartet.client.model.FrontType;
import quartet.client.model.LoginForm;
import quartet.client.model.MobileCodeRequest;
import quartet.client.model.MobileLoginRequest;
import quartet.client.model.RefreshUserRequest;
import quartet.client.model.UserCreation;
import quartet.client.model.WeChatUserRequest;
import quartet.client.unwrapped.CasCalls;
import quartet.client.unwrapped.CasFailure;
import quartet.client.unwrapped.JeecgCalls;
import quartet.client.unwrapped.JeecgFailure;
import quartet.client.unwrapped.JfinalCalls;
import quartet.client.unwrapped.JfinalFailure;
import quartet.client.unwrapped.Oauth2Calls;
import quartet.client.unwrapped.Oauth2Failure;
import quartet.client.unwrapped.QuartetFailure;
import quartet.client.unwrapped.RuoyiCalls;
import quartet.client.unwrapped.RuoyiFailure;
import quartet.client.unwrapped.SystemCalls;
import quartet.client.unwrapped.YudaoCalls;
import quartet.client.unwrapped.YudaoFailure;

/** The unwrapping layer: each call returns its result or throws a typed failure, also where failures have the status 200. */
final class Unwrapped {
    private final String url;
    private final boolean legacy;
    private final String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private final String mobile = "139%08d".formatted(ThreadLocalRandom.current().nextInt(100_000_000));

    private Unwrapped(String url, boolean legacy) {
        this.url = url;
        this.legacy = legacy;
    }

    /** Calls each dialect; failures have the status 200 if the server runs with --legacy-status. */
    static void run(String url, boolean legacy) throws ApiException {
        Unwrapped day = new Unwrapped(url, legacy);
        day.flat();
        day.nested();
    }

    /** yudao, cas and jeecg: the result is what one key holds. */
    private void nested() throws ApiException {
        YudaoCalls open = new YudaoCalls(client(Map.of()));
        open.sendMobileCode(new MobileCodeRequest().mobile(mobile));
        String code = new SystemCalls(client(Map.of())).getDemoOutbox().stream()
            .filter(message -> message.getTo().equals(mobile)).findFirst().orElseThrow().getCode();
        MobileLoginRequest login = new MobileLoginRequest().companyType(0).productType(2).source("day").mobile(mobile);
        String other = code.equals("000000") ? "000001" : "000000";
        YudaoFailure wrong = refused(YudaoFailure.class, 401, () -> open.signInByMobile(login.validateNo(other), null));
        Day.expect(wrong.getBody().getCode() == 1002014000 && wrong.getMessage().equals(wrong.getBody().getMsg()), wrong);
        var signedIn = open.signInByMobile(login.validateNo(code), null);
        String access = signedIn.getAccessToken().getValue();
        YudaoCalls own = new YudaoCalls(client(Map.of("authorization", access)));
        Day.expect(own.listSessions().stream().anyMatch(session -> session.getCurrent()), "sessions");

        CasCalls cas = new CasCalls(client(Map.of("applicationId", "1", "accessTokenQuery", access)));
        Day.expect(cas.getUserInfo(String.valueOf(signedIn.getUserInfo().getId())).getPhone().equals(mobile), "phone");
        CasFailure nobody = refused(CasFailure.class, 404, () -> cas.getUserInfo("9007199254740993"));
        Day.expect(nobody.getBody().getCode() == 404 && nobody.getBody().getStatus() == CasStatus.CasFail, nobody);

        JeecgCalls jeecg = new JeecgCalls(client(Map.of()));
        RefreshUserRequest asked = new RefreshUserRequest().token(access).frontType(FrontType.FrontPC);
        Day.expect(jeecg.refreshUser(asked).getPhoneNumber().equals(mobile), "phone number");
        Day.expect(own.signOut(), "signed out");
        JeecgFailure ended = refused(JeecgFailure.class, 401, () -> jeecg.refreshUser(asked));
        Day.expect(ended.getBody().getCode() == 401 && !ended.getBody().getSuccess(), ended);
    }

    /** ruoyi and jfinal: the result is the body less the envelope. oauth2: the status decides. */
    private void flat() throws ApiException {
        RuoyiCalls ruoyi = new RuoyiCalls(client(Map.of()));
        var fan = ruoyi.getWeChatUserInfo(new WeChatUserRequest().code("f" + id + "f".repeat(15)));
        Day.expect(fan.id() != null && fan.isActive() == 1, fan);
        RuoyiFailure invalid = refused(RuoyiFailure.class, 400, () ->
            ruoyi.getWeChatUserInfo(new WeChatUserRequest().code("40029" + "0".repeat(27))));
        Day.expect(invalid.getBody().getCode() == 40029, invalid);

        JfinalCalls open = new JfinalCalls(client(Map.of()));
        String username = "day." + id;
        String password = "violet-" + id;
        long userId = open.createUser(new UserCreation().username(username).password(password)).userId();
        JfinalFailure taken = refused(JfinalFailure.class, 409, () -> open.createUser(new UserCreation().username(username)));
        Day.expect(taken.getBody().getCode() == 409 && taken.getMessage().equals("用户名已存在"), taken);
        String jwt = open.signInByPassword(new LoginForm().loginAccount(username).password(password)).jwt();
        var user = new JfinalCalls(client(Map.of("jwtHeader", jwt))).getUserDetail(userId).user();
        Day.expect(user.getUsername().equals(username), user);

        try {
            new Oauth2Calls(client(Map.of())).introspectToken(jwt, null);
            throw new IllegalStateException("a failure was due");
        } catch (Oauth2Failure unknown) {
            Day.expect(unknown.getStatus() == 401 && "invalid_client".equals(unknown.getFailureCode()), unknown);
        }
    }

    private ApiClient client(Map<String, String> credentials) {
        ApiClient client = new ApiClient().setBasePath(url);
        credentials.forEach((scheme, value) -> ((ApiKeyAuth) client.getAuthentication(scheme)).setApiKey(value));
        return client;
    }

    private interface Call {
        Object answer() throws ApiException;
    }

    /** The failure of a call; an answer that succeeded is a surprise, and so is another failure. */
    private <F extends QuartetFailure> F refused(Class<F> kind, int status, Call call) throws ApiException {
        Object answer;
        try {
            answer = call.answer();
        } catch (QuartetFailure failure) {
            Day.expect(failure.getStatus() == (legacy ? 200 : status) && !failure.getMessage().isEmpty(), failure);
            return kind.cast(failure);
        }
        throw new IllegalStateException("a failure was due: " + answer);
    }
}
