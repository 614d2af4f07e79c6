package day;

import java.io.IOException;

import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** The OkHttp example of document 002, as it is there but for the address. */
final class Document002 {
    private Document002() {
    }

    static void run(String baseUrl) throws IOException {
        OkHttpClient client = new OkHttpClient().newBuilder()
          .build();
        Request request = new Request.Builder()
          .url(baseUrl + "/user/info?accessToken=AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW&userId=1")
          .method("GET", null)
          .addHeader("X-App-Id", "1")
          .build();
        Response response = client.newCall(request).execute();

        try (response) {
            String text = response.body().string();
            Day.expect(response.code() == 200 && text.contains("\"status\":\"success\""), text);
        }
    }
}
