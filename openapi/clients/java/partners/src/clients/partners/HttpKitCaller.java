package clients.partners;

import clients.Caller;
import com.jfinal.kit.HttpKit;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** HttpKit posts every text as application/x-www-form-urlencoded, JSON too, and hides a failure in a RuntimeException. */
final class HttpKitCaller implements Caller {
    @Override
    public String get(String url, Map<String, String> query, Map<String, String> headers) {
        return HttpKit.get(url, query, headers);
    }

    @Override
    public String postForm(String url, Map<String, String> fields, Map<String, String> headers) {
        return HttpKit.post(url, fields.entrySet().stream()
            .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&")), headers);
    }

    /** A caller names JSON where the document does; document 004 says form, so HttpKit's default stays. */
    @Override
    public String postJson(String url, String json, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        if (!url.contains("/api/user/")) {
            all.put("Content-Type", "application/json");
        }
        return HttpKit.post(url, json, all);
    }
}
