package clients.jwt;

import clients.Json;
import clients.Mode;
import clients.Steps;
import com.auth0.jwk.Jwk;
import com.auth0.jwk.JwkProviderBuilder;
import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;

/** Other services that verify our JWT, each with the address of the key set and nothing else. */
final class Main {
    private static final String OPERATION = "getJsonWebKeys";
    private static final String KEYS = "/.well-known/jwks.json";

    private Main() {
    }

    public static void main(String[] arguments) {
        verifies("Spring Security 6.2 resource server", (base, jwt) ->
            new JwtAuthenticationProvider(NimbusJwtDecoder.withJwkSetUri(base + KEYS).build())
                .authenticate(new BearerTokenAuthenticationToken(jwt)).getName());
        Mode.each("Spring Security 6.2 resource server", steps -> steps.step(OPERATION, "audience of the application", "[quartet, 1]", () -> {
            NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSetUri(steps.base() + KEYS).build();
            decoder.setJwtValidator(new JwtClaimValidator<List<String>>("aud", audience -> audience.contains("1")));
            return String.valueOf(decoder.decode(signIn(steps, "1")).getAudience());
        }));
        verifies("Nimbus DefaultJWTProcessor 9.37", (base, jwt) -> {
            DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
            processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256,
                JWKSourceBuilder.create(URI.create(base + KEYS).toURL()).build()));
            return processor.process(jwt, null).getSubject();
        });
        verifies("auth0 java-jwt 4.5 and jwks-rsa 0.22", (base, jwt) -> {
            Jwk key = new JwkProviderBuilder(base).build().get(JWT.decode(jwt).getKeyId());
            return JWT.require(Algorithm.RSA256((RSAPublicKey) key.getPublicKey(), null)).build().verify(jwt).getSubject();
        });
    }

    private interface Verifier {
        String subject(String base, String jwt) throws Exception;
    }

    private static void verifies(String client, Verifier verifier) {
        Mode.each(client, steps -> {
            steps.step(OPERATION, "JWT of a sign-in", "subject 1", () ->
                "subject " + verifier.subject(steps.base(), signIn(steps)));
            steps.step(OPERATION, "JWT that somebody has changed", "refused", () -> {
                String[] parts = signIn(steps).split("\\.");
                try {
                    return verifier.subject(steps.base(), parts[0] + "." + parts[1] + "." + "A".repeat(parts[2].length()));
                } catch (Exception e) {
                    return "refused";
                }
            });
        });
    }

    private static String signIn(Steps steps) throws IOException {
        return signIn(steps, null);
    }

    private static String signIn(Steps steps, String application) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(steps.base() + "/api/user/login").toURL().openConnection();
        if (application != null) {
            connection.setRequestProperty("X-App-Id", application);
        }
        connection.setDoOutput(true);
        connection.getOutputStream().write("loginAccount=demo&password=quartet-demo".getBytes(StandardCharsets.US_ASCII));
        try (InputStream answer = connection.getInputStream()) {
            return Json.at(new String(answer.readAllBytes(), StandardCharsets.UTF_8), "Jwt");
        }
    }
}
