package clients;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

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

    /** What the client's caller got. */
    public interface Probe {
        String saw() throws Exception;
    }

    /** The step works where what the caller got contains what it wants. */
    public void step(String operation, String kase, String want, Probe probe) {
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
        line.addProperty("mode", mode.name().toLowerCase(Locale.ROOT));
        line.addProperty("operation", operation);
        line.addProperty("case", kase);
        line.addProperty("works", works);
        line.addProperty("saw", saw.length() > SHOWN ? saw.substring(0, SHOWN) + "…" : saw);
        line.addProperty("want", want);
        OUT.println(GSON.toJson(line));
    }
}
