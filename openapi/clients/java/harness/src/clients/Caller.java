package clients;

import java.util.Map;

/** A client's own calls, which give the text of an answer. */
public interface Caller {
    String get(String url, Map<String, String> query, Map<String, String> headers) throws Exception;

    String postForm(String url, Map<String, String> fields, Map<String, String> headers) throws Exception;

    String postJson(String url, String json, Map<String, String> headers) throws Exception;

    /** The body that a caller can read in an exception of this client, or null. */
    default String bodyOf(Exception failure) {
        return null;
    }
}
