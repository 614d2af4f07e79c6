package partner;

import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/** Reads users by document 002 of Quartet. */
@Component
public class Quartet {
    /** A user of document 002; the nickname is masked unless the application has the right to see it. */
    public record User(String userId, String account, String nickname, String phone, List<Organisation> orgList) {}

    public record Organisation(String orgCode, String orgName) {}

    /** A call that was refused, or an answer that is not Quartet's. */
    public static class Failure extends RuntimeException {
        public final int status;

        Failure(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    private record Envelope(String status, int code, String message, User data) {}

    private final RestClient http;

    Quartet(RestClient.Builder builder, @Value("${quartet.url}") String url,
            @Value("${quartet.application}") String application, @Value("${quartet.secret}") String secret) {
        // With the secret the application reads every user, without it a member of its organisations the other members.
        http = builder.baseUrl(url).defaultHeader("X-App-Id", application).defaultHeader("X-App-Secret", secret)
            .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {}) // the envelope says what failed
            .build();
    }

    User user(String token, String userId) {
        Envelope envelope;
        try {
            envelope = http.get()
                .uri(uri -> uri.path("/user/info").queryParam("accessToken", "{token}").queryParam("userId", "{id}").build(token, userId))
                .retrieve().body(Envelope.class);
        } catch (RestClientException unreadable) {
            throw new Failure(502, "Quartet does not answer");
        }
        if (envelope == null || envelope.status == null) {
            throw new Failure(502, "Not an answer of document 002");
        }
        if (!envelope.status.equals("success")) {
            throw new Failure(envelope.code, envelope.message);
        }
        return envelope.data;
    }
}
