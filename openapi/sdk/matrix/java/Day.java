package matrix;

import java.io.PrintStream;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

import org.openapitools.client.model.CasFailureBody;
import org.openapitools.client.model.CasStatus;
import org.openapitools.client.model.FrontType;
import org.openapitools.client.model.JeecgFailureBody;
import org.openapitools.client.model.JfinalFailureBody;
import org.openapitools.client.model.JfinalFailureState;
import org.openapitools.client.model.JfinalState;
import org.openapitools.client.model.MobileCodeRequest;
import org.openapitools.client.model.MobileLoginRequest;
import org.openapitools.client.model.RefreshUserRequest;
import org.openapitools.client.model.RuoyiFailureBody;
import org.openapitools.client.model.UserCreation;
import org.openapitools.client.model.WeChatUserRequest;
import org.openapitools.client.model.YudaoFailureBody;

/** Calls each dialect, has each refuse a call, and says how many did both. */
final class Day {
    /** Where the server is. */
    static final String BASE_URL = Optional.ofNullable(System.getenv("BASE_URL")).orElse("http://127.0.0.1:8080");

    private final Calls calls;
    private int called;
    private int refused;

    private Day(Calls calls) {
        this.calls = calls;
    }

    static void run(Calls calls) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err); // A client's log goes to standard output.
        Day day = new Day(calls);
        day.run();
        out.printf("calls %d/5%nfailures %d/5%n", day.called, day.refused);
    }

    private void run() throws Exception {
        String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        String mobile = "139%08d".formatted(ThreadLocalRandom.current().nextInt(100_000_000));

        calls.sendCode(new MobileCodeRequest().mobile(mobile));
        String code = calls.outbox().stream().filter(message -> message.getTo().equals(mobile)).findFirst().orElseThrow().getCode();
        MobileLoginRequest login = new MobileLoginRequest().mobile(mobile).productType(2);
        refused(() -> calls.yudao(login.validateNo(code.equals("000000") ? "000001" : "000000")), YudaoFailureBody.class,
            failure -> failure.getCode() == 1002014000 && !failure.getMsg().isEmpty());
        var signedIn = called(() -> calls.yudao(login.validateNo(code)), answer -> answer.getCode() == 0).getData();
        String token = signedIn.getAccessToken().getValue();

        called(() -> calls.cas(String.valueOf(signedIn.getUserInfo().getId()), token),
            answer -> answer.getStatus() == CasStatus.CasSuccess && answer.getData().getPhone().equals(mobile));
        refused(() -> calls.cas("9007199254740993", token), CasFailureBody.class,
            failure -> failure.getCode() == 404 && failure.getStatus() == CasStatus.CasFail && !failure.getMessage().isEmpty());

        called(() -> calls.ruoyi(new WeChatUserRequest().code("f" + id + "f".repeat(15))), answer -> answer.getCode() == 200
            && answer.getCreationTime().toString().equals(answer.getAdditionalProperty("CreationTime")));
        refused(() -> calls.ruoyi(new WeChatUserRequest().code("40029" + "0".repeat(27))), RuoyiFailureBody.class,
            failure -> failure.getCode() == 40029 && !failure.getMsg().isEmpty());

        UserCreation user = new UserCreation().username("day." + id).password("violet-" + id);
        called(() -> calls.jfinal(user), answer -> answer.getState() == JfinalState.JfinalOk && answer.getUserId() > 0);
        refused(() -> calls.jfinal(user), JfinalFailureBody.class,
            failure -> failure.getState() == JfinalFailureState.JfinalFail && failure.getCode() == 409 && !failure.getMessage().isEmpty());

        RefreshUserRequest refresh = new RefreshUserRequest().frontType(FrontType.FrontPC);
        called(() -> calls.jeecg(refresh.token(token)),
            answer -> answer.getSuccess() && answer.getResult().getPhoneNumber().equals(mobile));
        refused(() -> calls.jeecg(refresh.token("AT-of-nobody")), JeecgFailureBody.class,
            failure -> !failure.getSuccess() && failure.getCode() == 401 && !failure.getMessage().isEmpty() && failure.getTimestamp() > 0);
    }

    private <T> T called(Callable<T> call, Predicate<T> holds) throws Exception {
        T answer = call.call();
        if (holds.test(answer)) {
            called++;
        } else {
            System.err.println("not as expected: " + answer);
        }
        return answer;
    }

    private <F> void refused(Callable<?> call, Class<F> model, Predicate<F> holds) throws Exception {
        Object answer;
        try {
            answer = call.call();
        } catch (Exception thrown) {
            F failure = calls.failure(thrown, model);
            answer = failure;
            if (holds.test(failure)) {
                refused++;
                return;
            }
        }
        System.err.println("not as expected: " + answer);
    }
}
