package clients.partners;

import clients.Caller;
import clients.Mode;
import clients.Operations;

/** The clients one after the other: every operation, then what each does in its own way. */
final class Main {
    private Main() {
    }

    public static void main(String[] arguments) {
        httpKit();
        hutool();
        commonsHttpClient();
        okHttp();
        feign();
    }

    private static void httpKit() {
        Mode.each("JFinal HttpKit 5.2.2",
            steps -> Operations.run(steps, new HttpKitCaller()),
            FastjsonPartner::run);
    }

    private static void hutool() {
        Caller caller = new HutoolCaller();
        Mode.each("hutool-http 5.8.38",
            steps -> Operations.run(steps, caller),
            steps -> {
                Habits.multipart(steps);
                Habits.folding(steps, caller);
                Habits.contextPath(steps, caller);
            });
    }

    private static void commonsHttpClient() {
        Mode.each("commons-httpclient 3.1",
            steps -> Operations.run(steps, new CommonsHttpClientCaller()),
            CommonsHttpClientCaller::gbkForm);
    }

    private static void okHttp() {
        Caller caller = new OkHttpCaller();
        Mode.each("OkHttp 4.12.0",
            steps -> Operations.run(steps, caller),
            steps -> {
                Document002.run(steps);
                Habits.more(steps, caller);
            });
    }

    private static void feign() {
        Caller caller = new FeignCaller();
        Mode.each("OpenFeign 13.5",
            steps -> Operations.run(steps, caller),
            steps -> Habits.beans(steps, caller));
    }
}
