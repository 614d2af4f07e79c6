package partner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/** The application on a free port, before the demonstration at QUARTET_URL. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PartnerTest {
    /** An opaque token of the demonstration that was signed in for the application 1. */
    private static final String OPAQUE = "AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW";
    /** One that was signed in for no application. */
    private static final String OF_NOBODY = "AT-1-ZGVtby1yZWZyZXNoLWFjY2Vzcy0x_A01";

    @Autowired TestRestTemplate partner;
    @Value("${quartet.url}") String url;

    private ResponseEntity<JsonNode> get(String path, String token) {
        HttpHeaders headers = new HttpHeaders();
        if (token != null) {
            headers.setBearerAuth(token);
        }
        return partner.exchange(path, HttpMethod.GET, new HttpEntity<>(headers), JsonNode.class);
    }

    private RestClient quartet() {
        return RestClient.create(url);
    }

    private String signIn(String application) {
        return quartet().post().uri("/api/user/login").header("X-App-Id", application)
            .contentType(MediaType.APPLICATION_FORM_URLENCODED).body("loginAccount=demo&password=quartet-demo")
            .retrieve().body(JsonNode.class).get("Jwt").asText();
    }

    private void isDemo(ResponseEntity<JsonNode> answer) {
        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.OK);
        assertThat(answer.getBody().get("account").asText()).isEqualTo("demo");
        assertThat(answer.getBody().get("orgList").get(0).get("orgName").asText()).isEqualTo("第二十七职业高中");
    }

    private void isRefused(String token) {
        ResponseEntity<JsonNode> answer = get("/profile", token);
        assertThat(answer.getStatusCode()).isEqualTo(HttpStatus.UNAUTHORIZED);
        assertThat(answer.getHeaders().getFirst("WWW-Authenticate")).startsWith("Bearer");
    }

    @Test
    void anybody() {
        assertThat(get("/", null).getStatusCode()).isEqualTo(HttpStatus.OK);
        isRefused(null);
    }

    @Test
    void jwtOfThisApplicationAlone() {
        String jwt = signIn("1");
        isDemo(get("/profile", jwt));
        isRefused(jwt.substring(0, jwt.lastIndexOf('.') + 1) + "AAAA");
        isRefused(signIn("")); // signed in for no application
    }

    @Test
    void opaqueTokenOfThisApplicationAlone() {
        isDemo(get("/profile", OPAQUE));
        isRefused(OF_NOBODY);
        isRefused("AT-1-bm9ib2R5LWhhcy10aGlzLXRva2Vu");
    }

    @Test
    void aJwtOutlivesItsSessionHereUntilQuartetIsAsked() {
        String jwt = signIn("1");
        quartet().post().uri("/auth/logout").headers(headers -> headers.setBearerAuth(jwt)).retrieve().toBodilessEntity();
        assertThat(get("/profile", jwt).getStatusCode()).isEqualTo(HttpStatus.UNAUTHORIZED);
        assertThat(get("/profile", jwt).getBody().get("detail").asText()).contains("会话已结束");
    }

    @Test
    void otherUsers() {
        ResponseEntity<JsonNode> other = get("/users/2", OPAQUE);
        assertThat(other.getBody().get("account").asText()).isEqualTo("admin"); // of no organisation: the secret finds him
        ResponseEntity<JsonNode> nobody = get("/users/700000000000000001", OPAQUE);
        assertThat(nobody.getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
        assertThat(nobody.getBody().get("detail").asText()).isEqualTo("用户不存在");
    }
}
