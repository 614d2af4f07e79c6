package clients.beans;

import clients.Demo;
import clients.Json;
import clients.Steps;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.google.gson.GsonBuilder;
import java.text.SimpleDateFormat;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.TimeZone;

/** Times such as 2019-08-24T14:15:22Z, as callers parse them. */
final class Times {
    private static final String PATTERN = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private static final ObjectMapper JACKSON = new ObjectMapper().registerModule(new JavaTimeModule());

    private Times() {
    }

    private interface Parser {
        Instant instant(String text) throws Exception;
    }

    static void run(Steps steps) {
        Server server = new Server(steps);
        steps.step("checkLoginStatus", "written like document 001's example", "like 2019-08-24T14:15:22Z", () -> {
            String text = lastLogin(server);
            return (text.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ") ? "like 2019-08-24T14:15:22Z" : "unlike it") + ": " + text;
        });
        parses(steps, server, "Instant", Instant::parse);
        parses(steps, server, "OffsetDateTime", text -> OffsetDateTime.parse(text).toInstant());
        parses(steps, server, "DateTimeFormatter " + PATTERN, text ->
            LocalDateTime.parse(text, DateTimeFormatter.ofPattern(PATTERN)).toInstant(ZoneOffset.UTC));
        parses(steps, server, "SimpleDateFormat " + PATTERN, text -> {
            SimpleDateFormat format = new SimpleDateFormat(PATTERN);
            format.setTimeZone(TimeZone.getTimeZone("UTC"));
            return format.parse(text).toInstant();
        });
        parses(steps, server, "Jackson LocalDateTime", text -> bean(text, WithLocalDateTime.class).time.toInstant(ZoneOffset.UTC));
        parses(steps, server, "Jackson LocalDateTime " + PATTERN, text -> bean(text, WithPattern.class).time.toInstant(ZoneOffset.UTC));
        parses(steps, server, "Jackson Date", text -> bean(text, WithDate.class).time.toInstant());
        parses(steps, server, "fastjson Date", text -> com.alibaba.fastjson.JSON.parseObject(json(text), WithDate.class).time.toInstant());
        parses(steps, server, "fastjson2 Date", text -> com.alibaba.fastjson2.JSON.parseObject(json(text), WithDate.class).time.toInstant());
        parses(steps, server, "Gson Date " + PATTERN, text -> {
            Date local = new GsonBuilder().setDateFormat(PATTERN).create().fromJson(json(text), WithDate.class).time;
            return local.toInstant().plusMillis(TimeZone.getDefault().getOffset(local.getTime()));
        });
    }

    /** The session of the demo's token began when the demo data was put back, moments ago. */
    private static void parses(Steps steps, Server server, String kase, Parser parser) {
        steps.step("checkLoginStatus", kase, "moments ago", () -> {
            String text = lastLogin(server);
            long seconds = Instant.now().getEpochSecond() - parser.instant(text).getEpochSecond();
            return (seconds >= 0 && seconds < 600 ? "moments ago: " : seconds + " seconds ago: ") + text;
        });
    }

    private static String lastLogin(Server server) throws Exception {
        return Json.at(server.get("/wx/pc/check-login-status?deviceNumber=" + Demo.DEVICE, "Authorization", Demo.ACCESS_TOKEN), "data.lastLoginTime");
    }

    private static String json(String text) {
        return "{\"time\":\"" + text + "\"}";
    }

    private static <T> T bean(String text, Class<T> type) throws Exception {
        return JACKSON.readValue(json(text), type);
    }

    public static class WithLocalDateTime {
        public LocalDateTime time;
    }

    public static class WithPattern {
        @JsonFormat(pattern = PATTERN)
        public LocalDateTime time;
    }

    public static class WithDate {
        public Date time;
    }
}
