package clients;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonParser;

/** What a caller reads in an answer. */
public final class Json {
    private Json() {
    }

    /** The text at a path such as {@code data.orgList.0.orgName}, or null. */
    public static String at(String text, String path) {
        JsonElement value = JsonParser.parseString(text);
        for (String key : path.split("\\.")) {
            if (value.isJsonArray() && value.getAsJsonArray().size() > Integer.parseInt(key)) {
                value = value.getAsJsonArray().get(Integer.parseInt(key));
            } else if (value.isJsonObject() && value.getAsJsonObject().has(key)) {
                value = value.getAsJsonObject().get(key);
            } else {
                value = JsonNull.INSTANCE;
            }
        }
        return value.isJsonNull() ? null : value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }

    /** The number and the message of a failure, whatever its envelope. */
    public static String failure(String text) {
        String message = at(text, "msg");
        return at(text, "code") + " " + (message == null ? at(text, "message") : message);
    }
}
