package partner;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A partner's application whose users sign in at Quartet. */
@SpringBootApplication
public class Partner {
    public static void main(String[] args) {
        SpringApplication.run(Partner.class, args);
    }
}
