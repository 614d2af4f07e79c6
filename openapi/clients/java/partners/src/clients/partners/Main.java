package clients.partners;

import clients.Caller;
import clients.Operations;

/** The clients one after the other: every operation, then what each does in its own way. */
final class Main {
    private Main() {
    }

    public static void main(String[] arguments) {
        Operations.run("JFinal HttpKit 5.2.2", new HttpKitCaller(), FastjsonPartner::run);
        Caller hutool = new HutoolCaller();
        Operations.run("hutool-http 5.8.38", hutool, steps -> {
            Habits.multipart(steps);
            Habits.folding(steps, hutool);
            Habits.contextPath(steps, hutool);
        });
        Operations.run("commons-httpclient 3.1", new CommonsHttpClientCaller(), CommonsHttpClientCaller::gbkForm);
        Caller okHttp = new OkHttpCaller();
        Operations.run("OkHttp 4.12.0", okHttp, steps -> {
            Document002.run(steps);
            Habits.more(steps, okHttp);
        });
        Caller feign = new FeignCaller();
        Operations.run("OpenFeign 13.5", feign, steps -> Habits.beans(steps, feign));
    }
}
