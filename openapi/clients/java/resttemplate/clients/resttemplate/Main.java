package clients.resttemplate;

import clients.Caller;
import clients.Demo;
import clients.Json;
import clients.Operations;
import clients.Steps;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.springframework.core.SpringVersion;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.HttpStatusCodeException;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.util.UriComponentsBuilder;

/** RestTemplate as it comes, on the JDK's HTTP client. */
final class Main implements Caller {
    private final RestTemplate client = new RestTemplate();

    public static void main(String[] arguments) {
        Main client = new Main();
        Operations.run("RestTemplate " + SpringVersion.getVersion().replace(".RELEASE", ""), client, client::beans);
    }

    @Override
    public String get(String url, Map<String, String> query, Map<String, String> headers) {
        UriComponentsBuilder full = UriComponentsBuilder.fromHttpUrl(url);
        query.forEach(full::queryParam);
        return client.exchange(full.build().encode().toUri(), HttpMethod.GET, new HttpEntity<>(all(headers)), String.class).getBody();
    }

    @Override
    public String postForm(String url, Map<String, String> fields, Map<String, String> headers) {
        HttpHeaders all = all(headers);
        all.setContentType(MediaType.APPLICATION_FORM_URLENCODED);
        return client.postForObject(url, new HttpEntity<>(values(fields), all), String.class);
    }

    /** A text would be sent as Latin-1 under application/json without a charset before Spring 5.2; callers send bytes or beans. */
    @Override
    public String postJson(String url, String json, Map<String, String> headers) {
        HttpHeaders all = all(headers);
        all.setContentType(MediaType.APPLICATION_JSON);
        return client.postForObject(url, new HttpEntity<>(json.getBytes(StandardCharsets.UTF_8), all), String.class);
    }

    @Override
    public String bodyOf(Exception failure) {
        return failure instanceof HttpStatusCodeException e ? e.getResponseBodyAsString() : null;
    }

    private static HttpHeaders all(Map<String, String> headers) {
        HttpHeaders all = new HttpHeaders();
        headers.forEach(all::set);
        return all;
    }

    private static MultiValueMap<String, Object> values(Map<String, ?> fields) {
        MultiValueMap<String, Object> values = new LinkedMultiValueMap<>();
        fields.forEach(values::add);
        return values;
    }

    /** Beans in both directions, and what Spring makes of a form. */
    private void beans(Steps steps) {
        steps.step("signInByMobile", "beans", Demo.NAME, () ->
            client.postForObject(steps.base() + "/auth/mobile/login", new MobileLogin(), LoginResult.class).data.userInfo.realName);
        steps.step("signInByPassword", "multipart", "ok", () -> {
            HttpHeaders multipart = new HttpHeaders();
            multipart.setContentType(MediaType.MULTIPART_FORM_DATA);
            return Json.at(client.postForObject(steps.base() + "/api/user/login",
                new HttpEntity<>(values(Map.of("loginAccount", "demo", "password", "quartet-demo")), multipart), String.class), "state");
        });
        steps.step("signInByPassword", "context path ending in a slash, and the answer as a map", "ok", () ->
            String.valueOf(client.postForObject(steps.base() + "/" + "/api/user/login",
                values(Map.of("loginAccount", "demo", "password", "quartet-demo")), Map.class).get("state")));
        steps.step("refreshUser", "null credential in the body, good one in the header", Demo.NAME, () -> {
            HttpHeaders token = new HttpHeaders();
            token.set("X-Access-Token", Demo.ACCESS_TOKEN);
            return Json.at(client.postForObject(steps.base() + "/user/refresh", new HttpEntity<>(new RefreshUser(), token), String.class), "result.name");
        });
    }

    static final class MobileLogin {
        public Integer companyType = 0;
        public String mobile = Demo.MOBILE;
        public Integer productType = 0;
        public String source = "partner";
        public String validateNo = Demo.CODE;
        public String captcha;
    }

    static final class RefreshUser {
        public String token;
        public Integer frontType = 0;
    }

    static final class LoginResult {
        public int code;
        public String msg;
        public Login data;
    }

    static final class Login {
        public Token accessToken;
        public Token refreshToken;
        public UserInfo userInfo;
    }

    static final class Token {
        public String expire;
        public String value;
    }

    static final class UserInfo {
        public String avatarUrl;
        public Integer companyType;
        public Long id;
        public String mobile;
        public String nickName;
        public String realName;
        public String userName;
    }
}
