package clients.partners;

import clients.Caller;
import clients.Demo;
import clients.Json;
import clients.Steps;
import cn.hutool.http.ContentType;
import cn.hutool.http.HttpUtil;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;

/** What callers send beside or instead of what the documents say. */
final class Habits {
    private Habits() {
    }

    /** Spring binds text fields of multipart where a form is expected. */
    static void multipart(Steps steps) {
        steps.step("signInByPassword", "multipart", "ok", () -> Json.at(HttpUtil.createPost(steps.base() + "/api/user/login")
            .contentType(ContentType.MULTIPART.getValue()).form("loginAccount", "admin").form("password", "quartet-admin")
            .execute().body(), "state"));
        steps.step("refreshUser", "multipart", Demo.NAME, () -> Json.at(HttpUtil.createPost(steps.base() + "/user/refresh")
            .contentType(ContentType.MULTIPART.getValue()).form("token", Demo.ACCESS_TOKEN).form("frontType", "2")
            .execute().body(), "result.name"));
    }

    /** Spring 5 takes a slash at the end and folds two in a row. */
    static void folding(Steps steps, Caller caller) {
        steps.step("signInByPassword", "slash at the end of the path", "ok", () -> Json.at(caller.postForm(steps.base() + "/api/user/login/",
            Map.of("loginAccount", "admin", "password", "quartet-admin"), Map.of()), "state"));
        steps.step("getUserInfo", "two slashes in the path", "晚**", () -> Json.at(caller.get(steps.base() + "//user//info",
            Map.of("accessToken", Demo.ACCESS_TOKEN, "userId", "1"), Map.of("X-App-Id", "1")), "data.nickname"));
    }

    /** A context path in front of the documents' paths, joined without folding. */
    static void contextPath(Steps steps, Caller caller) {
        steps.step("getUserInfo", "context path /prod-api", "晚**", List.of("--base-path /prod-api"), () -> Json.at(caller.get(steps.base() + "/prod-api/user/info",
            Map.of("accessToken", Demo.ACCESS_TOKEN, "userId", "1"), Map.of("X-App-Id", "1")), "data.nickname"));
        steps.step("signInByPassword", "context path /jeecg-boot/ and two slashes", "ok", List.of("--base-path /jeecg-boot"), () -> Json.at(caller.postForm(
            steps.base() + "/jeecg-boot/" + "/api/user/login", Map.of("loginAccount", "admin", "password", "quartet-admin"), Map.of()), "state"));
    }

    /** Keys and parameters that no document names, and a staging proxy's credentials beside the token. */
    static void more(Steps steps, Caller caller) {
        steps.step("getUserInfo", "unnamed parameters in the query", "晚**", () -> Json.at(caller.get(steps.base() + "/user/info",
            Map.of("accessToken", Demo.ACCESS_TOKEN, "userId", "1", "appId", "1", "sign", "c1", "_t", "1795000000", "t", "1", "tenantId", "1"),
            Map.of("X-App-Id", "1")), "data.nickname"));
        steps.step("refreshAccessToken", "unnamed keys in the body", "AT-", () -> Json.at(caller.postJson(
            steps.base() + "/app/auth/token/refresh", """
            {"accessToken":"%s","refreshToken":"%s","captcha":"","uuid":null,"socialType":10}"""
                .formatted(Demo.REFRESH_ACCESS_TOKEN, Demo.REFRESH_TOKEN), Map.of()), "data.value"));
        steps.step("getUserDetail", "Authorization: Basic beside the Jwt", Demo.NAME, () -> Json.at(caller.get(steps.base() + "/api/user/detail",
            Map.of("id", "1"), Map.of("Authorization", okhttp3.Credentials.basic("staging", "proxy"), "Jwt", Demo.ACCESS_TOKEN)), "user.realname"));
    }

    /** Beans whose numbers are text and whose text is numbers, with null for what is unknown. */
    static void beans(Steps steps, Caller caller) {
        steps.step("signInByMobile", "numbers as text, text as numbers, null", Demo.NAME, () ->
            Json.at(caller.postJson(steps.base() + "/auth/mobile/login", json(new MobileLogin()), Map.of()), "data.userInfo.realName"));
        steps.step("refreshUser", "null credential in the body, good one in the header", Demo.NAME, () ->
            Json.at(caller.postJson(steps.base() + "/user/refresh", json(new RefreshUser()),
                Map.of("X-Access-Token", Demo.ACCESS_TOKEN)), "result.name"));
    }

    private static String json(Object bean) throws JsonProcessingException {
        return new ObjectMapper().writeValueAsString(bean);
    }

    static final class MobileLogin {
        public String companyType = "0";
        public String productType = "";
        public long mobile = 13800138000L;
        public int validateNo = 246135;
        public String source = "partner";
        public String captcha;
    }

    static final class RefreshUser {
        public String token;
        public String frontType = "1";
    }
}
