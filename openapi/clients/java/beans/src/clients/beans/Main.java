package clients.beans;

import clients.Demo;
import clients.Mode;
import clients.Steps;
import java.text.SimpleDateFormat;
import java.util.Date;

/** Every operation's success and one failure, decoded by each library. */
final class Main {
    private final Steps steps;
    private final Decoder decoder;
    private final Server server;

    private Main(Steps steps, Decoder decoder) {
        this.steps = steps;
        this.decoder = decoder;
        this.server = new Server(steps);
    }

    public static void main(String[] arguments) {
        for (Decoder decoder : Decoder.values()) {
            Mode.each(decoder.client, steps -> new Main(steps, decoder).run());
        }
        Mode.each("times of document 001", Times::run);
    }

    private interface Answer {
        String text() throws Exception;
    }

    private interface Reader<T> {
        Object value(T bean);
    }

    private <T> void decodes(String operation, String kase, Answer answer, Class<T> type, String want, Reader<T> reader) {
        steps.step(operation, kase, want, () -> String.valueOf(reader.value(decoder.decode(answer.text(), type))));
    }

    private void run() {
        decodes("signInByMobile", "wrong code", () -> server.mobileLogin("000000"),
            Beans.MobileLoginResult.class, "1002014000 验证码", b -> b.code + " " + b.msg);
        decodes("signInByMobile", "success", () -> server.mobileLogin(Demo.CODE),
            Beans.MobileLoginResult.class, Demo.NAME, b -> b.data.userInfo.realName);
        decodes("refreshAccessToken", "success", () -> server.json("/app/auth/token/refresh", """
            {"accessToken":"%s","refreshToken":"%s"}""".formatted(Demo.REFRESH_ACCESS_TOKEN, Demo.REFRESH_TOKEN)),
            Beans.AccessTokenResult.class, "AT-2-", b -> b.data.value);
        decodes("refreshAccessToken", "unknown pair", () -> server.json("/app/auth/token/refresh", "{\"accessToken\":\"AT-1\",\"refreshToken\":\"RT\"}"),
            Beans.AccessTokenResult.class, "401 ", b -> b.code + " " + b.msg);
        decodes("checkLoginStatus", "success", () -> server.get("/wx/pc/check-login-status?deviceNumber=" + Demo.DEVICE, "Authorization", Demo.ACCESS_TOKEN),
            Beans.CheckLoginStatusResult.class, "true", b -> b.data.isLogin);
        decodes("checkLoginStatus", "not signed in", () -> server.get("/wx/pc/check-login-status?deviceNumber=" + Demo.DEVICE),
            Beans.CheckLoginStatusResult.class, "401 ", b -> b.code + " " + b.msg);
        decodes("getUserInfo", "success", () -> server.get("/user/info?userId=1&accessToken=" + Demo.ACCESS_TOKEN, "X-App-Id", "1"),
            Beans.UserInfoResult.class, "1 10020027 8", b -> b.data.userId + " " + b.data.orgList.get(0).orgId + " " + b.data.orgList.get(0).roleList.get(0).roleId);
        decodes("getUserInfo", "no such user", () -> server.get("/user/info?userId=9007199254740993&accessToken=" + Demo.ACCESS_TOKEN, "X-App-Id", "1"),
            Beans.UserInfoResult.class, "404 fail 用户不存在", b -> b.code + " " + b.status + " " + b.message);
        decodes("refreshUser", "success", () -> server.form("/user/refresh", "frontType=2&token=" + Demo.ACCESS_TOKEN),
            Beans.RefreshUserResult.class, Demo.NAME, b -> b.result.name);
        decodes("refreshUser", "unknown token", () -> server.form("/user/refresh", "frontType=2&token=AT-1"),
            Beans.RefreshUserResult.class, "401 ", b -> b.code + " " + b.message);
        decodes("getWeChatUserInfo", "success", () -> server.json("/account_api/wechat/user/getUserInfo", "{\"code\":\"" + Demo.WECHAT_CODE + "\"}"),
            Beans.WeChatUser.class, "操作成功 true", b -> b.msg + " " + b.CreationTime.equals(b.creationTime));
        decodes("getWeChatUserInfo", "invalid code", () -> server.json("/account_api/wechat/user/getUserInfo", "{\"code\":\"40029000000000000000000000000000\"}"),
            Beans.WeChatUser.class, "40029 微信", b -> b.code + " " + b.msg);
        document004();
    }

    private void document004() {
        decodes("signInByPassword", "success", () -> server.passwordLogin("quartet-demo"), Beans.LoginRet.class, "ok eyJ", b -> b.state + " " + b.Jwt);
        decodes("signInByPassword", "wrong password", () -> server.passwordLogin("quartet-nobody"), Beans.LoginRet.class, "fail 账号或密码错误", b -> b.state + " " + b.message);
        decodes("createUser", "success", () -> server.json("/api/user/create", "{\"username\":\"chen.yiming\"}"), Beans.CreateRet.class, "ok true", b -> b.state + " " + (b.userId > 0));
        decodes("createUser", "name taken", () -> server.json("/api/user/create", "{\"username\":\"chen.yiming\"}"), Beans.CreateRet.class, "fail 用户名已存在", b -> b.state + " " + b.message);
        decodes("getUserDetail", "success", () -> server.get("/api/user/detail?id=1", "Jwt", server.jwt()), Beans.DetailRet.class, Demo.NAME, b -> b.user.realname);
        decodes("getUserDetail", "not signed in", () -> server.get("/api/user/detail?id=1"), Beans.DetailRet.class, "fail 未登录", b -> b.state + " " + b.message);
        birthday("2000-08-30 09:20:32", "yyyy-MM-dd HH:mm:ss");
        birthday("1996-05-20", "yyyy-MM-dd");
    }

    /** Document 004 writes a birthday with its time; a bean's Date is read by that pattern. */
    private void birthday(String birthday, String pattern) {
        decodes("updateUser", "birthday " + birthday + " read again", () -> {
            String jwt = server.jwt();
            server.json("/api/user/update", "{\"id\":1,\"birthday\":\"" + birthday + "\"}", "Jwt", jwt);
            return server.get("/api/user/detail?id=1", "Jwt", jwt);
        }, Beans.DetailRet.class, birthday, b -> text(b.user.birthday, pattern));
    }

    private static String text(Date date, String pattern) {
        return date == null ? "null" : new SimpleDateFormat(pattern).format(date);
    }
}
