package clients.partners;

import clients.Demo;
import clients.Json;
import clients.Steps;
import java.io.IOException;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** Document 002's OkHttp example: the credential in the address, the application in a header. */
final class Document002 {
    private Document002() {
    }

    static void run(Steps steps) {
        steps.step("getUserInfo", "document 002's OkHttp example", "success 晚**", () -> {
            String answer = call(steps.base() + "/user/info?accessToken=" + Demo.ACCESS_TOKEN + "&userId=1");
            return Json.at(answer, "status") + " " + Json.at(answer, "data.nickname");
        });
        steps.step("getUserInfo", "document 002's OkHttp example, no such user", "fail 用户不存在", () -> {
            String answer = call(steps.base() + "/user/info?accessToken=" + Demo.ACCESS_TOKEN + "&userId=619583637909737479");
            return Json.at(answer, "status") + " " + Json.at(answer, "message");
        });
    }

    private static String call(String url) throws IOException {
        OkHttpClient client = new OkHttpClient().newBuilder().build();
        Request request = new Request.Builder().url(url).method("GET", null).addHeader("X-App-Id", "1").build();
        try (Response response = client.newCall(request).execute()) {
            return response.body().string();
        }
    }
}
