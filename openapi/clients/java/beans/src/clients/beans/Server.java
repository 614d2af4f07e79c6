package clients.beans;

import clients.Demo;
import clients.Json;
import clients.Steps;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The answers that are decoded, fetched by the JDK's client. */
final class Server {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Steps steps;

    Server(Steps steps) {
        this.steps = steps;
    }

    String get(String path, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder().GET(), path, headers);
    }

    String form(String path, String body, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body))
            .setHeader("Content-Type", "application/x-www-form-urlencoded"), path, headers);
    }

    String json(String path, String body, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body))
            .setHeader("Content-Type", "application/json"), path, headers);
    }

    private String send(HttpRequest.Builder request, String path, String... headers) throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.uri(URI.create(steps.base() + path)).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    String mobileLogin(String code) throws IOException, InterruptedException {
        return json("/auth/mobile/login", """
            {"companyType":0,"mobile":"%s","productType":0,"source":"partner","validateNo":"%s"}""".formatted(Demo.MOBILE, code));
    }

    String passwordLogin(String password) throws IOException, InterruptedException {
        return form("/api/user/login", "loginAccount=demo&password=" + password);
    }

    String jwt() throws IOException, InterruptedException {
        return Json.at(passwordLogin("quartet-demo"), "Jwt");
    }
}
