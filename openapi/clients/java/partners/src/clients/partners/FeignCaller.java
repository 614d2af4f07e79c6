package clients.partners;

import clients.Caller;
import feign.Body;
import feign.Feign;
import feign.FeignException;
import feign.HeaderMap;
import feign.Headers;
import feign.Param;
import feign.QueryMap;
import feign.RequestLine;
import feign.Target;
import feign.form.FormEncoder;
import feign.jackson.JacksonEncoder;
import java.net.URI;
import java.util.Map;

/** Feign with its own HTTP client, which is the JDK's. */
final class FeignCaller implements Caller {
    interface Api {
        @RequestLine("GET")
        String get(URI url, @QueryMap Map<String, String> query, @HeaderMap Map<String, String> headers);

        @RequestLine("POST")
        @Headers("Content-Type: application/x-www-form-urlencoded")
        String form(URI url, Map<String, ?> fields, @HeaderMap Map<String, String> headers);

        @RequestLine("POST")
        @Headers("Content-Type: application/json")
        @Body("{body}")
        String json(URI url, @Param("body") String body, @HeaderMap Map<String, String> headers);
    }

    private final Api api = Feign.builder().encoder(new FormEncoder(new JacksonEncoder()))
        .target(Target.EmptyTarget.create(Api.class));

    @Override
    public String get(String url, Map<String, String> query, Map<String, String> headers) {
        return api.get(URI.create(url), query, headers);
    }

    @Override
    public String postForm(String url, Map<String, String> fields, Map<String, String> headers) {
        return api.form(URI.create(url), fields, headers);
    }

    @Override
    public String postJson(String url, String json, Map<String, String> headers) {
        return api.json(URI.create(url), json, headers);
    }

    @Override
    public String bodyOf(Exception failure) {
        return failure instanceof FeignException e ? e.contentUTF8() : null;
    }
}
