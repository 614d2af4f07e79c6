package clients.beans;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.parser.deserializer.ExtraProcessor;
import com.alibaba.fastjson2.JSONReader;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.text.SimpleDateFormat;

/** A library that makes a bean of an answer; all but Gson refuse a key that the bean lacks. */
enum Decoder {
    JACKSON("Jackson 2.17 beans") {
        @Override
        <T> T decode(String text, Class<T> type) throws Exception {
            return MAPPER.readValue(text, type);
        }
    },
    FASTJSON("fastjson 1.2.83 beans") {
        @Override
        <T> T decode(String text, Class<T> type) {
            ExtraProcessor refusesUnknownKeys = (object, key, value) -> {
                throw new IllegalArgumentException("unknown key " + key + " in " + object.getClass().getSimpleName());
            };
            return JSON.parseObject(text, type, refusesUnknownKeys);
        }
    },
    FASTJSON2("fastjson2 2.0.57 beans") {
        @Override
        <T> T decode(String text, Class<T> type) {
            return com.alibaba.fastjson2.JSON.parseObject(text, type, JSONReader.Feature.ErrorOnUnknownProperties);
        }
    },
    GSON("Gson 2.10 beans") {
        @Override
        <T> T decode(String text, Class<T> type) {
            return WITH_DATES.fromJson(text, type);
        }
    };

    private static final String DATE = "yyyy-MM-dd HH:mm:ss";
    private static final ObjectMapper MAPPER = new ObjectMapper()
        .setDateFormat(new SimpleDateFormat(DATE)).registerModule(new JavaTimeModule());
    private static final Gson WITH_DATES = new GsonBuilder().setDateFormat(DATE).create();

    final String client;

    Decoder(String client) {
        this.client = client;
    }

    abstract <T> T decode(String text, Class<T> type) throws Exception;
}
