package clients.partners;

import clients.Demo;
import clients.Json;
import clients.Steps;
import com.alibaba.fastjson.JSON;
import com.jfinal.kit.HttpKit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A partner built on JFinal: fastjson writes its beans, whose types are its own, and HttpKit posts them. */
final class FastjsonPartner {
    private FastjsonPartner() {
    }

    static void run(Steps steps) {
        steps.step("refreshUser", "JSON as HttpKit posts it", Demo.NAME, () ->
            Json.at(HttpKit.post(steps.base() + "/user/refresh",
                JSON.toJSONString(Map.of("token", Demo.ACCESS_TOKEN, "frontType", "1"))), "result.name"));
        steps.step("createUser", "fastjson bean with a Date, zipcode and gender as numbers", "2000-08-30 08:40:32 310000", () -> {
            String created = ok(HttpKit.post(steps.base() + "/api/user/create", JSON.toJSONString(new NewUser())));
            String jwt = Json.at(HttpKit.post(steps.base() + "/api/user/login", "loginAccount=wang.lan&password=quartet-wanglan"), "Jwt");
            return read(steps, Json.at(created, "userId"), jwt, "birthday", "zipcode");
        });
        changes(steps, "id as text, zipcode and gender as numbers, birthday in milliseconds",
            "{\"id\":\"1\",\"zipcode\":310000,\"gender\":1,\"birthday\":967596032000}", "2000-08-30 08:40:32 310000", "birthday", "zipcode");
        changes(steps, "birthday as ISO 8601", "{\"id\":1,\"birthday\":\"1999-03-04T05:06:07.000+08:00\"}", "1999-03-04 05:06:07", "birthday");
        changes(steps, "birthday with slashes", "{\"id\":1,\"birthday\":\"2001/08/30\"}", "2001-08-30", "birthday");
        changes(steps, "birthday without seconds", "{\"id\":1,\"birthday\":\"2002-08-30 09:20\"}", "2002-08-30 09:20:00", "birthday");
        for (String avatar : List.of("/attachment/20220830/a.png", "/profile/avatar/2023/01/a.png", "temp/20230101/a.png",
            "//static.example.com/a.png", "el-icon-user")) {
            changes(steps, "avatar " + avatar, JSON.toJSONString(Map.of("id", 1, "avatar", avatar)), avatar, "avatar");
        }
        changes(steps, "site www.example.com", "{\"id\":1,\"site\":\"www.example.com\"}", "www.example.com", "site");
    }

    /** What is read afterwards is what was sent. */
    private static void changes(Steps steps, String kase, String user, String want, String... keys) {
        steps.step("updateUser", kase, want, () -> {
            ok(HttpKit.post(steps.base() + "/api/user/update", user, Map.of("Jwt", Demo.ACCESS_TOKEN)));
            return read(steps, "1", Demo.ACCESS_TOKEN, keys);
        });
    }

    private static String read(Steps steps, String id, String jwt, String... keys) {
        String answer = ok(HttpKit.get(steps.base() + "/api/user/detail", Map.of("id", id), Map.of("Jwt", jwt)));
        return Stream.of(keys).map(key -> Json.at(answer, "user." + key)).collect(Collectors.joining(" "));
    }

    private static String ok(String answer) {
        if (!"ok".equals(Json.at(answer, "state"))) {
            throw new IllegalStateException(Json.failure(answer));
        }
        return answer;
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
