package clients.partners;

import clients.Caller;
import cn.hutool.http.HttpUtil;
import java.util.HashMap;
import java.util.Map;

/** hutool names the content type by the body's first character. */
final class HutoolCaller implements Caller {
    @Override
    public String get(String url, Map<String, String> query, Map<String, String> headers) {
        return HttpUtil.createGet(url).form(new HashMap<>(query)).addHeaders(headers).execute().body();
    }

    @Override
    public String postForm(String url, Map<String, String> fields, Map<String, String> headers) {
        return HttpUtil.createPost(url).form(new HashMap<>(fields)).addHeaders(headers).execute().body();
    }

    @Override
    public String postJson(String url, String json, Map<String, String> headers) {
        return HttpUtil.createPost(url).body(json).addHeaders(headers).execute().body();
    }
}
