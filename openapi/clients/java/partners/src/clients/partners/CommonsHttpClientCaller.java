package clients.partners;

import clients.Caller;
import clients.Json;
import clients.Steps;
import java.io.IOException;
import java.util.Map;
import org.apache.commons.httpclient.HttpClient;
import org.apache.commons.httpclient.HttpMethod;
import org.apache.commons.httpclient.NameValuePair;
import org.apache.commons.httpclient.methods.GetMethod;
import org.apache.commons.httpclient.methods.PostMethod;
import org.apache.commons.httpclient.methods.StringRequestEntity;

/** An answer that names no charset is Latin-1 to this client. */
final class CommonsHttpClientCaller implements Caller {
    private final HttpClient client = new HttpClient();

    @Override
    public String get(String url, Map<String, String> query, Map<String, String> headers) throws IOException {
        GetMethod method = new GetMethod(url);
        method.setQueryString(pairs(query));
        return execute(method, headers);
    }

    @Override
    public String postForm(String url, Map<String, String> fields, Map<String, String> headers) throws IOException {
        return form(url, fields, headers, "UTF-8");
    }

    @Override
    public String postJson(String url, String json, Map<String, String> headers) throws IOException {
        PostMethod method = new PostMethod(url);
        method.setRequestEntity(new StringRequestEntity(json, "application/json", "UTF-8"));
        return execute(method, headers);
    }

    private String form(String url, Map<String, String> fields, Map<String, String> headers, String charset) throws IOException {
        PostMethod method = new PostMethod(url);
        method.setRequestHeader("Content-Type", "application/x-www-form-urlencoded;charset=" + charset);
        method.setRequestBody(pairs(fields));
        return execute(method, headers);
    }

    private String execute(HttpMethod method, Map<String, String> headers) throws IOException {
        headers.forEach(method::setRequestHeader);
        try {
            client.executeMethod(method);
            return method.getResponseBodyAsString();
        } finally {
            method.releaseConnection();
        }
    }

    private static NameValuePair[] pairs(Map<String, String> fields) {
        return fields.entrySet().stream().map(e -> new NameValuePair(e.getKey(), e.getValue())).toArray(NameValuePair[]::new);
    }

    /** A partner whose own pages are GBK. */
    static void gbkForm(Steps steps) {
        CommonsHttpClientCaller caller = new CommonsHttpClientCaller();
        steps.step("updateUser", "GBK form", "苏青", () -> {
            String login = caller.form(steps.base() + "/api/user/login",
                Map.of("loginAccount", "admin", "password", "quartet-admin"), Map.of(), "GBK");
            Map<String, String> own = Map.of("Jwt", Json.at(login, "Jwt"));
            caller.form(steps.base() + "/api/user/update", Map.of("user", "{\"id\":2,\"nickname\":\"苏青\"}"), own, "GBK");
            return Json.at(caller.get(steps.base() + "/api/user/detail", Map.of("id", "2"), own), "user.nickname");
        });
    }
}
