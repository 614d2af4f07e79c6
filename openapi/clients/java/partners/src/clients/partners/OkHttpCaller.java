package clients.partners;

import clients.Caller;
import java.io.IOException;
import java.util.Map;
import okhttp3.FormBody;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

final class OkHttpCaller implements Caller {
    private static final MediaType JSON = MediaType.get("application/json; charset=utf-8");

    private final OkHttpClient client = new OkHttpClient();

    @Override
    public String get(String url, Map<String, String> query, Map<String, String> headers) throws IOException {
        HttpUrl.Builder full = HttpUrl.get(url).newBuilder();
        query.forEach(full::addQueryParameter);
        return execute(new Request.Builder().url(full.build()), headers);
    }

    @Override
    public String postForm(String url, Map<String, String> fields, Map<String, String> headers) throws IOException {
        FormBody.Builder body = new FormBody.Builder();
        fields.forEach(body::add);
        return execute(new Request.Builder().url(url).post(body.build()), headers);
    }

    @Override
    public String postJson(String url, String json, Map<String, String> headers) throws IOException {
        return execute(new Request.Builder().url(url).post(RequestBody.create(json, JSON)), headers);
    }

    private String execute(Request.Builder request, Map<String, String> headers) throws IOException {
        try (Response answer = client.newCall(request.headers(Headers.of(headers)).build()).execute()) {
            return answer.body().string();
        }
    }
}
