package clients;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Prints a line of JSON for each step of a client. */
public final class Steps {
    private static final PrintStream OUT = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final int SHOWN = 160;

    static {
        // Maven writes a reset of colours, without the end of a line, before the program writes.
        OUT.println();
    }

    private final String client;
    private final Mode mode;

    public Steps(String client, Mode mode) {
        this.client = client;
        this.mode = mode;
    }

    public String base() {
        return mode.base();
    }

    /** Makes the access tokens expire that the steps before have left. */
    void expireTokens() {
        Demo.expire(mode);
    }

    /** What the client's caller got. */
    public interface Probe {
        String saw() throws Exception;
    }

    /** The step works where what the caller got contains what it wants. */
    public void step(String operation, String kase, String want, Probe probe) {
        step(operation, kase, want, List.of(), probe);
    }

    /** The same for a step that depends on these options of the server. */
    public void step(String operation, String kase, String want, List<String> needs, Probe probe) {
        String saw;
        boolean works = false;
        try {
            saw = String.valueOf(probe.saw());
            works = saw.contains(want);
        } catch (Exception | LinkageError e) {
            saw = e.toString();
        }
        JsonObject line = new JsonObject();
        line.addProperty("client", client);
        line.addProperty("mode", mode.toString());
        line.addProperty("operation", operation);
        line.addProperty("case", kase);
        line.addProperty("works", works);
        line.addProperty("saw", saw.length() > SHOWN ? saw.substring(0, SHOWN) + "…" : saw);
        line.addProperty("want", want);
        line.add("needs", GSON.toJsonTree(needs));
        OUT.println(GSON.toJson(line));
    }
}
