package clients;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** The demo data that the steps use; people and tokens are invented. */
public final class Demo {
    public static final String MOBILE = "13800138000";
    public static final String CODE = "246135";
    public static final String ACCESS_TOKEN = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW";
    public static final String REFRESH_ACCESS_TOKEN = "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01";
    public static final String REFRESH_TOKEN = "RT-ZGVtby1yZWZyZXNoLXRva2VuLW9mLXF1YXJ0ZXQtMDE";
    public static final String DEVICE = "pc-7f3a";
    public static final String WECHAT_CODE = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P";
    public static final String NAME = "林晚秋";

    private Demo() {
    }

    static void reset(Mode mode) {
        post(mode.base() + "/demo/reset");
    }

    /** Makes all access tokens of the server expire. */
    static void expire(Mode mode) {
        post(System.getenv("QUARTET_EXPIRE") + "/?mode=" + mode);
    }

    private static void post(String url) {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setRequestMethod("POST");
            try (InputStream answer = connection.getInputStream()) {
                answer.readAllBytes();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
