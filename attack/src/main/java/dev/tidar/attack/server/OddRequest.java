package dev.tidar.attack.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One request as it goes over the wire.
 *
 * @param name for reports, shortened
 * @param thenEnd whether the client closes its sending side after it
 */
record OddRequest(String name, byte[] bytes, Expectation expectation, boolean thenEnd) {

    private static final int MAX_NAME = 61;

    OddRequest {
        name = name.length() > MAX_NAME ? name.substring(0, MAX_NAME - 1) + "…" : name;
    }

    /** What the server may do with it, besides saying that it is busy, by a problem detail with status 503. */
    enum Expectation {
        /** A problem detail with a status from 400 to 499. */
        PROBLEM,
        /**
         * A status from 400 to 499 with or without details, or a closed connection: no HTTP, or none that is allowed.
         */
        ERROR,
        /** A proper answer. */
        ANSWER,
        /** A problem detail or a proper answer. */
        EITHER,
        /** Anything but a status from 500 or a hang. */
        NO_HARM
    }

    static OddRequest raw(String name, Expectation expectation, String text) {
        return new OddRequest(name, text.getBytes(StandardCharsets.ISO_8859_1), expectation, false);
    }

    /** A request to a path without a body. */
    static OddRequest at(String method, String path, Expectation expectation) {
        String text = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        return raw(method + " " + path, expectation, text);
    }

    /** A chat request with headers, each ended by a line break, and a body. */
    static OddRequest chat(String name, Expectation expectation, String headers, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n"
                .formatted(headers, bytes.length);
        return withBody(name, expectation, head, bytes);
    }

    /** A chat request with a body of JSON, or what is meant to be it. */
    static OddRequest json(String name, Expectation expectation, String body) {
        return chat(name, expectation, "Content-Type: application/json\r\n", body);
    }

    static OddRequest withBody(String name, Expectation expectation, String head, byte[] body) {
        byte[] start = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        return new OddRequest(name, all, expectation, false);
    }

    /** The same, of which only this part is sent before the client closes its side. */
    OddRequest cutAfter(int count) {
        return new OddRequest(name, Arrays.copyOf(bytes, Math.min(count, bytes.length)), expectation, true);
    }
}
