package clients;

import java.util.Map;
import java.util.function.Consumer;

/** The operations of the five documents, as a partner's server calls them through its client. */
public final class Operations {
    private static final String WRONG_TOKEN = "AT-1-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static final Map<String, String> NONE = Map.of();

    private final Steps steps;
    private final Caller caller;
    private String access = "";
    private String jwt = "";

    private Operations(Steps steps, Caller caller) {
        this.steps = steps;
        this.caller = caller;
    }

    /** Every operation, expired tokens, then what this client does in its own way. */
    public static void run(String client, Caller caller, Consumer<Steps> more) {
        Mode.each(client, steps -> new Operations(steps, caller).all(), steps -> new Operations(steps, caller).expired(), more);
    }

    /** Once as each operation succeeds, and once for each failure that a partner has to tell apart. */
    private void all() {
        document001();
        document002();
        document000();
        document003();
        document004();
        ended();
    }

    private interface Call {
        String answer() throws Exception;
    }

    private void succeeds(String operation, String want, Steps.Probe probe) {
        steps.step(operation, "success", want, probe);
    }

    /** The caller has to learn the number and the message of the failure, from an answer or from an exception. */
    private void fails(String operation, String kase, String want, Call call) {
        steps.step(operation, kase, want, () -> {
            String body;
            try {
                body = call.answer();
            } catch (Exception e) {
                body = caller.bodyOf(e);
                if (body == null) {
                    throw e;
                }
                if (body.isEmpty()) {
                    return "no body; " + e;
                }
            }
            return Json.failure(body);
        });
    }

    private String get(String path, Map<String, String> query, Map<String, String> headers) throws Exception {
        return caller.get(steps.base() + path, query, headers);
    }

    private String form(String path, Map<String, String> fields, Map<String, String> headers) throws Exception {
        return caller.postForm(steps.base() + path, fields, headers);
    }

    private String json(String path, String json, Map<String, String> headers) throws Exception {
        return caller.postJson(steps.base() + path, json, headers);
    }

    private String mobileLogin(String mobile, String code) throws Exception {
        return json("/auth/mobile/login", """
            {"companyType":0,"mobile":"%s","productType":0,"source":"partner","validateNo":"%s"}""".formatted(mobile, code), NONE);
    }

    private String refresh(String accessToken, String refreshToken) throws Exception {
        return json("/app/auth/token/refresh", """
            {"accessToken":"%s","refreshToken":"%s"}""".formatted(accessToken, refreshToken), NONE);
    }

    private String device(Map<String, String> headers) throws Exception {
        return get("/wx/pc/check-login-status", Map.of("deviceNumber", Demo.DEVICE), headers);
    }

    private void document001() {
        fails("signInByMobile", "wrong code", "1002014000 验证码错误或已失效", () -> mobileLogin("13900000002", "000000"));
        succeeds("signInByMobile", Demo.NAME, () -> {
            String answer = mobileLogin(Demo.MOBILE, Demo.CODE);
            access = Json.at(answer, "data.accessToken.value");
            return Json.at(answer, "data.userInfo.realName");
        });
        succeeds("refreshAccessToken", "AT-2-", () ->
            Json.at(refresh(Demo.REFRESH_ACCESS_TOKEN, Demo.REFRESH_TOKEN), "data.value"));
        fails("refreshAccessToken", "unknown pair", "401 未登录", () -> refresh(WRONG_TOKEN, "RT-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
        succeeds("checkLoginStatus", "true", () -> Json.at(device(Map.of("Authorization", access)), "data.isLogin"));
        fails("checkLoginStatus", "not signed in", "401 未登录", () -> device(NONE));
    }

    private String userInfo(String token, String application, String userId) throws Exception {
        return get("/user/info", Map.of("accessToken", token, "userId", userId), Map.of("X-App-Id", application));
    }

    private void document002() {
        succeeds("getUserInfo", "第二十七职业高中", () -> Json.at(userInfo(access, "1", "1"), "data.orgList.0.orgName"));
        fails("getUserInfo", "no such user", "404 用户不存在", () -> userInfo(access, "1", "700000000000000001"));
        fails("getUserInfo", "unknown token", "401 未登录", () -> userInfo(WRONG_TOKEN, "1", "1"));
        fails("getUserInfo", "unknown application", "401 应用不存在", () -> userInfo(access, "no-such-application", "1"));
    }

    private String refreshUser(String token) throws Exception {
        return form("/user/refresh", Map.of("token", token, "frontType", "2"), NONE);
    }

    private void document000() {
        succeeds("refreshUser", Demo.NAME, () -> Json.at(refreshUser(access), "result.name"));
        fails("refreshUser", "unknown token", "401 未登录", () -> refreshUser(WRONG_TOKEN));
    }

    private String weChat(String code) throws Exception {
        return json("/account_api/wechat/user/getUserInfo", "{\"code\":\"" + code + "\"}", NONE);
    }

    private void document003() {
        succeeds("getWeChatUserInfo", "操作成功", () -> Json.at(weChat(Demo.WECHAT_CODE), "msg"));
        fails("getWeChatUserInfo", "invalid code", "40029 微信", () -> weChat("40029000000000000000000000000000"));
        fails("getWeChatUserInfo", "too frequent", "45011 微信", () -> weChat("45011000000000000000000000000000"));
        fails("getWeChatUserInfo", "WeChat is busy", "503 微信", () -> weChat("-100000000000000000000000000000"));
    }

    private String passwordLogin(String account, String password) throws Exception {
        return form("/api/user/login", Map.of("loginAccount", account, "password", password), NONE);
    }

    private String detail(String id, Map<String, String> headers) throws Exception {
        return get("/api/user/detail", Map.of("id", id), headers);
    }

    private String password(String old, String next) throws Exception {
        return form("/api/user/updatePassword", Map.of("userId", "1", "newPassword", next, "oldPassowrd", old), Map.of("Jwt", jwt));
    }

    private void document004() {
        fails("signInByPassword", "wrong password", "401 账号或密码错误", () -> passwordLogin("nobody", "quartet-nobody"));
        succeeds("signInByPassword", "ok eyJ", () -> {
            String answer = passwordLogin("demo", "quartet-demo");
            jwt = Json.at(answer, "Jwt");
            return Json.at(answer, "state") + " " + jwt;
        });
        Map<String, String> own = Map.of("Jwt", jwt);
        succeeds("getUserDetail", Demo.NAME, () -> Json.at(detail("1", own), "user.realname"));
        fails("getUserDetail", "no such user", "404 用户不存在", () -> detail("999999", own));
        fails("getUserDetail", "not signed in", "401 未登录", () -> detail("1", NONE));
        succeeds("postUserDetail", Demo.NAME, () -> Json.at(form("/api/user/detail", Map.of("id", "1"), own), "user.realname"));

        String user = """
            {"username":"chen.yiming","password":"quartet-example","nickname":"一鸣"}""";
        succeeds("createUser", "ok", () -> Json.at(json("/api/user/create", user, NONE), "state"));
        steps.step("createUser", "user in a form", "ok", () ->
            Json.at(form("/api/user/create", Map.of("user", user.replace("chen", "li")), NONE), "state"));
        fails("createUser", "name taken", "409 用户名已存在", () -> json("/api/user/create", user, NONE));
        succeeds("updateUser", "山有木兮", () -> {
            json("/api/user/update", "{\"id\":1,\"signature\":\"山有木兮\"}", own);
            return Json.at(detail("1", own), "user.signature");
        });
        steps.step("updateUser", "user in a form", "木有枝", () -> {
            form("/api/user/update", Map.of("user", "{\"id\":1,\"signature\":\"木有枝\"}"), own);
            return Json.at(detail("1", own), "user.signature");
        });
        fails("updateUser", "another user", "403 没有权限", () -> json("/api/user/update", "{\"id\":2,\"nickname\":\"不行\"}", own));
        fails("updatePassword", "wrong old password", "400 旧密码错误", () -> password("not-the-old-one", "violet-otter-lantern"));
        fails("updatePassword", "common password", "422 密码不合要求", () -> password("quartet-demo", "password123"));
        succeeds("updatePassword", "ok", () -> Json.at(password("quartet-demo", "a;b=c&d violet"), "state"));
        steps.step("signInByPassword", "password with a semicolon", "ok", () ->
            Json.at(passwordLogin("demo", "a;b=c&d violet"), "state"));
    }

    /** The new password has ended the session of the access token: every document says 401, which makes a client sign in. */
    private void ended() {
        fails("checkLoginStatus", "session ended", "401 会话已结束", () -> device(Map.of("Authorization", access)));
        fails("getUserInfo", "session ended", "401 会话已结束", () -> userInfo(access, "1", "1"));
        fails("refreshUser", "session ended", "401 会话已结束", () -> refreshUser(access));
        fails("getUserDetail", "session ended", "401 会话已结束", () -> detail("1", Map.of("Jwt", access)));
    }

    /** 401 and its message make a client exchange its pair; the expired access token is good enough for that. */
    private void expired() {
        steps.expireTokens();
        fails("checkLoginStatus", "expired token", "401 令牌已过期", () -> device(Map.of("Authorization", Demo.ACCESS_TOKEN)));
        fails("getUserInfo", "expired token", "401 令牌已过期", () -> userInfo(Demo.ACCESS_TOKEN, "1", "1"));
        fails("refreshUser", "expired token", "401 令牌已过期", () -> refreshUser(Demo.ACCESS_TOKEN));
        fails("getUserDetail", "expired token", "401 令牌已过期", () -> detail("1", Map.of("Jwt", Demo.ACCESS_TOKEN)));
        steps.step("refreshAccessToken", "expired access token of the pair", "true", () -> Json.at(device(
            Map.of("Authorization", Json.at(refresh(Demo.REFRESH_ACCESS_TOKEN, Demo.REFRESH_TOKEN), "data.value"))), "data.isLogin"));
    }
}
