package clients.httpclient;

import clients.Caller;
import clients.Demo;
import clients.Json;
import clients.Operations;
import clients.Steps;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.http.HttpEntity;
import org.apache.http.NameValuePair;
import org.apache.http.client.entity.GzipCompressingEntity;
import org.apache.http.client.entity.UrlEncodedFormEntity;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpPost;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.utils.URIBuilder;
import org.apache.http.entity.ContentType;
import org.apache.http.entity.StringEntity;
import org.apache.http.entity.mime.MultipartEntityBuilder;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.message.BasicNameValuePair;
import org.apache.http.util.EntityUtils;
import org.apache.http.util.VersionInfo;

/** Apache HttpClient 4: EntityUtils takes an answer that names no charset for Latin-1. */
final class Main implements Caller {
    private static final String JSON = "application/json";

    private final CloseableHttpClient client = HttpClients.createDefault();

    public static void main(String[] arguments) {
        String version = VersionInfo.loadVersionInfo("org.apache.http.client", Main.class.getClassLoader()).getRelease();
        Main client = new Main();
        Operations.run("HttpClient " + version, client, client::bodies);
    }

    @Override
    public String get(String url, Map<String, String> query, Map<String, String> headers) throws IOException, URISyntaxException {
        return execute(new HttpGet(new URIBuilder(url).addParameters(pairs(query)).build()), headers);
    }

    @Override
    public String postForm(String url, Map<String, String> fields, Map<String, String> headers) throws IOException {
        return post(url, new UrlEncodedFormEntity(pairs(fields), StandardCharsets.UTF_8), headers);
    }

    @Override
    public String postJson(String url, String json, Map<String, String> headers) throws IOException {
        return post(url, new StringEntity(json, ContentType.APPLICATION_JSON), headers);
    }

    private String post(String url, HttpEntity body, Map<String, String> headers) throws IOException {
        HttpPost request = new HttpPost(url);
        request.setEntity(body);
        return execute(request, headers);
    }

    private String execute(HttpUriRequest request, Map<String, String> headers) throws IOException {
        headers.forEach(request::setHeader);
        try (CloseableHttpResponse answer = client.execute(request)) {
            return EntityUtils.toString(answer.getEntity());
        }
    }

    private static List<NameValuePair> pairs(Map<String, String> fields) {
        return fields.entrySet().stream().<NameValuePair>map(e -> new BasicNameValuePair(e.getKey(), e.getValue())).toList();
    }

    /** The ways in which callers make the body. */
    private void bodies(Steps steps) {
        changes(steps, "setContentEncoding(\"UTF-8\")", "苏青", user -> {
            StringEntity body = new StringEntity(user, "UTF-8");
            body.setContentEncoding("UTF-8");
            body.setContentType(JSON);
            return body;
        });
        changes(steps, "charset=utf8", "陆青", user -> {
            StringEntity body = new StringEntity(user, "UTF-8");
            body.setContentType(JSON + ";charset=utf8");
            return body;
        });
        changes(steps, "charset=UTF8 in quotes", "陆二", user -> {
            StringEntity body = new StringEntity(user, "UTF-8");
            body.setContentType(JSON + "; charset=\"UTF8\"");
            return body;
        });
        changes(steps, "JSON as text/plain", "陆三", user -> new StringEntity(user, "UTF-8"));
        changes(steps, "byte order mark", "陆四", user -> new StringEntity("\uFEFF" + user, ContentType.APPLICATION_JSON));
        changes(steps, "gzip", "陆五", user -> new GzipCompressingEntity(new StringEntity(user, ContentType.APPLICATION_JSON)));
        changes(steps, "GBK form", "陆六", user ->
            new UrlEncodedFormEntity(List.of(new BasicNameValuePair("user", user)), Charset.forName("GBK")));
        changes(steps, "multipart", "陆七", user ->
            MultipartEntityBuilder.create().addTextBody("user", user, ContentType.create("text/plain", "UTF-8")).build());
        ascii(steps, "ISO-8859-1");
        ascii(steps, "GBK");
        steps.step("signInByPassword", "multipart", "ok", () -> Json.at(post(steps.base() + "/api/user/login",
            MultipartEntityBuilder.create().addTextBody("loginAccount", "demo").addTextBody("password", "quartet-demo").build(), Map.of()), "state"));
    }

    private interface Body {
        HttpEntity of(String user) throws Exception;
    }

    /** The nickname that is stored is the one that was sent. */
    private void changes(Steps steps, String kase, String nickname, Body body) {
        steps.step("updateUser", kase, nickname, () -> {
            Map<String, String> own = Map.of("Jwt", Demo.ACCESS_TOKEN);
            String answer = post(steps.base() + "/api/user/update", body.of("{\"id\":1,\"nickname\":\"" + nickname + "\"}"), own);
            return Json.at(answer, "state").equals("ok")
                ? Json.at(get(steps.base() + "/api/user/detail", Map.of("id", "1"), own), "user.nickname") : Json.failure(answer);
        });
    }

    /** A label of another charset harms no ASCII. */
    private void ascii(Steps steps, String charset) {
        steps.step("refreshAccessToken", "ASCII under charset=" + charset, "AT-", () -> {
            String answer = post(steps.base() + "/app/auth/token/refresh", new StringEntity("""
                {"accessToken":"%s","refreshToken":"%s"}""".formatted(Demo.REFRESH_ACCESS_TOKEN, Demo.REFRESH_TOKEN),
                ContentType.create(JSON, charset)), Map.of());
            String value = Json.at(answer, "data.value");
            return value == null ? Json.failure(answer) : value;
        });
    }
}
