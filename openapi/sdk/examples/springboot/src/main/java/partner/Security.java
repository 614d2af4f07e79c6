package partner;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationManagerResolver;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.SecurityFilterChain;

/**
 * Accepts both kinds of Quartet's tokens in Authorization: Bearer. A JWT is verified here with Quartet's public keys; of
 * an opaque token (AT-…) Quartet is asked. The name of whoever is signed in is the user's id in both cases.
 */
@Configuration
public class Security {
    @Bean
    SecurityFilterChain signedIn(HttpSecurity http, JwtDecoder decoder, OpaqueTokenIntrospector introspector) throws Exception {
        AuthenticationManager jwt = new ProviderManager(new JwtAuthenticationProvider(decoder));
        AuthenticationManager opaque = new ProviderManager(new OpaqueTokenAuthenticationProvider(introspector));
        DefaultBearerTokenResolver bearer = new DefaultBearerTokenResolver();
        AuthenticationManagerResolver<HttpServletRequest> byKind =
            request -> bearer.resolve(request).startsWith("AT-") ? opaque : jwt;
        return http
            .authorizeHttpRequests(requests -> requests.requestMatchers("/").permitAll().anyRequest().authenticated())
            .oauth2ResourceServer(server -> server.authenticationManagerResolver(byKind))
            .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
            .csrf(csrf -> csrf.disable()) // no cookie signs anybody in
            .build();
    }
}
