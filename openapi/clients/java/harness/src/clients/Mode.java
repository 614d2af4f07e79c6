package clients;

import java.util.Locale;
import java.util.function.Consumer;

/** The servers: one whose failures have an honest HTTP status, and one with --legacy-status for all dialects. */
public enum Mode {
    HONEST, LEGACY;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The server's address, without a slash at its end. */
    public String base() {
        String base = System.getenv("QUARTET_" + name());
        if (base == null) {
            throw new IllegalStateException("QUARTET_" + name() + " names no server");
        }
        return base;
    }

    /** Runs each part of a client's steps against both servers, with the demo data put back before it. */
    @SafeVarargs
    public static void each(String client, Consumer<Steps>... parts) {
        for (Mode mode : values()) {
            for (Consumer<Steps> part : parts) {
                Demo.reset(mode);
                part.accept(new Steps(client, mode));
            }
        }
    }
}
