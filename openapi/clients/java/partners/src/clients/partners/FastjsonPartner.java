package clients.partners;

import clients.Demo;
import clients.Json;
import clients.Steps;
import com.alibaba.fastjson.JSON;
import com.jfinal.kit.HttpKit;
import java.util.Date;
import java.util.Map;

/** A partner built on JFinal: fastjson writes its beans, whose types are its own, and HttpKit posts them. */
final class FastjsonPartner {
    private FastjsonPartner() {
    }

    static void run(Steps steps) {
        steps.step("refreshUser", "JSON as HttpKit posts it", Demo.NAME, () ->
            Json.at(HttpKit.post(steps.base() + "/user/refresh",
                JSON.toJSONString(Map.of("token", signIn(steps), "frontType", "1"))), "result.name"));
        steps.step("createUser", "fastjson bean with a Date, zipcode and gender as numbers", "ok 2000-08-30", () -> {
            String created = HttpKit.post(steps.base() + "/api/user/create", JSON.toJSONString(new NewUser()));
            String jwt = Json.at(HttpKit.post(steps.base() + "/api/user/login", "loginAccount=wang.lan&password=quartet-wanglan"), "Jwt");
            String user = HttpKit.get(steps.base() + "/api/user/detail", Map.of("id", Json.at(created, "userId")), Map.of("Jwt", jwt));
            return Json.at(created, "state") + " " + Json.at(user, "user.birthday") + " " + Json.at(user, "user.zipcode");
        });
        changes(steps, "id as text, zipcode and gender as numbers, birthday in milliseconds",
            "{\"id\":\"1\",\"zipcode\":310000,\"gender\":1,\"birthday\":967596032000}", "2000-08-30");
        changes(steps, "birthday as ISO 8601", "{\"id\":1,\"birthday\":\"1999-03-04T05:06:07.000+08:00\"}", "1999-03-04");
        changes(steps, "birthday with slashes", "{\"id\":1,\"birthday\":\"2001/08/30\"}", "2001-08-30");
        changes(steps, "birthday without seconds", "{\"id\":1,\"birthday\":\"2002-08-30 09:20\"}", "2002-08-30");
        stored(steps, "avatar", "/attachment/20220830/a.png");
        stored(steps, "avatar", "/profile/avatar/2023/01/a.png");
        stored(steps, "avatar", "temp/20230101/a.png");
        stored(steps, "avatar", "//static.example.com/a.png");
        stored(steps, "site", "www.example.com");
    }

    private static void changes(Steps steps, String kase, String user, String birthday) {
        steps.step("updateUser", kase, birthday, () -> {
            Map<String, String> own = Map.of("Jwt", signIn(steps));
            HttpKit.post(steps.base() + "/api/user/update", user, own);
            return Json.at(HttpKit.get(steps.base() + "/api/user/detail", Map.of("id", "1"), own), "user.birthday");
        });
    }

    private static void stored(Steps steps, String key, String value) {
        steps.step("updateUser", key + " " + value, value, () -> {
            Map<String, String> own = Map.of("Jwt", signIn(steps));
            String answer = HttpKit.post(steps.base() + "/api/user/update", JSON.toJSONString(Map.of("id", 1, key, value)), own);
            String kept = Json.at(HttpKit.get(steps.base() + "/api/user/detail", Map.of("id", "1"), own), "user." + key);
            return Json.at(answer, "state").equals("ok") ? kept : Json.failure(answer);
        });
    }

    /** Signs in as the super administrator, whose password no step changes. */
    private static String signIn(Steps steps) {
        return Json.at(HttpKit.post(steps.base() + "/api/user/login", "loginAccount=admin&password=quartet-admin"), "Jwt");
    }

    /** A user as the partner's own table has it. */
    public static final class NewUser {
        public String username = "wang.lan";
        public String password = "quartet-wanglan";
        public String nickname = "王岚";
        public Integer zipcode = 310000;
        public Integer gender = 1;
        public Date birthday = new Date(967596032000L);
        public String email;
    }
}
