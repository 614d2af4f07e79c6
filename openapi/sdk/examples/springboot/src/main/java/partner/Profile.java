package partner;

import java.util.Map;
import org.springframework.http.ProblemDetail;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The application's own paths. */
@RestController
class Profile {
    private final Quartet quartet;

    Profile(Quartet quartet) {
        this.quartet = quartet;
    }

    @GetMapping("/")
    Map<String, String> open() {
        return Map.of("hello", "anybody");
    }

    /** The user who is signed in. */
    @GetMapping("/profile")
    Quartet.User profile(Authentication signedIn) {
        return user(signedIn, signedIn.getName());
    }

    @GetMapping("/users/{id}")
    Quartet.User user(Authentication signedIn, @PathVariable String id) {
        return quartet.user(((OAuth2Token) signedIn.getCredentials()).getTokenValue(), id);
    }

    @ExceptionHandler
    ProblemDetail refused(Quartet.Failure failure) {
        ProblemDetail problem = ProblemDetail.forStatus(failure.status);
        problem.setDetail(failure.getMessage());
        return problem;
    }
}
