package dev.tidar.attack.server;

import static dev.tidar.attack.server.OddBodies.GOOD;
import static dev.tidar.attack.server.OddRequest.Expectation.ANSWER;
import static dev.tidar.attack.server.OddRequest.Expectation.EITHER;
import static dev.tidar.attack.server.OddRequest.Expectation.ERROR;
import static dev.tidar.attack.server.OddRequest.Expectation.NO_HARM;
import static dev.tidar.attack.server.OddRequest.Expectation.PROBLEM;
import static dev.tidar.attack.server.OddRequest.at;
import static dev.tidar.attack.server.OddRequest.chat;
import static dev.tidar.attack.server.OddRequest.json;
import static dev.tidar.attack.server.OddRequest.raw;

import java.util.ArrayList;
import java.util.List;

/** Requests that are odd on the wire, and those of {@link OddBodies}, each with what the sample may answer. */
final class OddRequests {

    private static final String JSON = "Content-Type: application/json\r\n";
    static final String HEAD = "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + JSON;

    private OddRequests() {}

    static List<OddRequest> all() {
        List<OddRequest> all = new ArrayList<>();
        methods(all);
        paths(all);
        mediaTypes(all);
        all.addAll(OddBodies.all());
        headers(all);
        hosts(all);
        lengths(all);
        chunks(all);
        notHttp(all);
        return all;
    }

    private static void methods(List<OddRequest> all) {
        for (String method : List.of("GET", "PUT", "DELETE", "PATCH", "TRACE", "FOO", "post", "PROPFIND")) {
            all.add(at(method, "/api/chat", method.equals("post") ? ERROR : PROBLEM));
        }
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "TRACE")) {
            all.add(at(method, "/api/engine", PROBLEM));
            all.add(at(method, "/index.html", PROBLEM));
            all.add(at(method, "/actuator/health", PROBLEM));
        }
        all.add(at("HEAD", "/api/chat", ERROR));
        all.add(at("HEAD", "/api/engine", ANSWER));
        all.add(at("OPTIONS", "/api/chat", EITHER));
        all.add(at("OPTIONS", "*", NO_HARM));
        all.add(at("CONNECT", "example.com:443", ERROR));
        all.add(at("X".repeat(5000), "/", ERROR));
    }

    private static void paths(List<OddRequest> all) {
        for (String path : List.of(
                "/nope",
                "/api",
                "/api/",
                "/api/chat/x",
                "/api/engine/x",
                "/static/index.html",
                "/application.yml",
                "/classes/application.yml",
                "/BOOT-INF/classes/application.yml",
                "/META-INF/MANIFEST.MF",
                "/WEB-INF/web.xml",
                "/models/smollm2-135m-instruct-tidar/config.json",
                "/js/",
                "/js/nope.js",
                "/.git/config",
                "/.env",
                "/actuator/env",
                "/actuator/heapdump",
                "/actuator/shutdown",
                "/actuator/loggers",
                "/actuator/tidar",
                "/%20",
                "/\u00e9\u00fc",
                "/api/chat.json")) {
            all.add(at("GET", path, PROBLEM));
        }
        for (String path : List.of(
                "/../application.yml",
                "/../../../../etc/passwd",
                "/js/../../application.yml",
                "/js/../../../../../etc/passwd",
                "/%2e%2e/application.yml",
                "/js/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
                "/..%2fapplication.yml",
                "/js/..%2f..%2fapplication.yml",
                "/js/..%5c..%5capplication.yml",
                "/js/..\\..\\application.yml",
                "/js/....//....//application.yml",
                "/js/%252e%252e/application.yml",
                "/js/%c0%ae%c0%ae/application.yml",
                "/js/..;/..;/application.yml",
                "/js/%00",
                "/index.html%00.js",
                "/%",
                "/%zz",
                "/%u002e",
                "/file:///etc/passwd",
                "//etc/passwd",
                "/js//etc/passwd",
                "/classpath:application.yml",
                "/js/~/x",
                "/js/\u0001")) {
            all.add(at("GET", path, ERROR));
        }
        all.add(at("GET", "/actuator/health/nope", ERROR)); // what the actuator answers is Spring's
        all.add(at("GET", "/actuator/metrics/nope", ERROR));
        all.add(at("GET", "/api/engine;jsessionid=1", EITHER));
        all.add(at("GET", "/api/engine/", EITHER));
        all.add(at("GET", "/API/ENGINE", PROBLEM));
        all.add(at("GET", "/api%2fengine", EITHER));
        all.add(at("GET", "/api/engine?x=%zz&" + "y=1&".repeat(500), NO_HARM));
        all.add(at("GET", "/api/engine#fragment", NO_HARM));
        all.add(at("GET", "http://localhost/api/engine", EITHER));
        all.add(at("GET", "http://evil.example/api/engine", NO_HARM));
        all.add(at("GET", "/actuator/metrics/jvm.memory.used?tag=x", PROBLEM));
        all.add(at("GET", "/actuator/metrics/jvm.memory.used?tag=area:nope", ERROR));
        all.add(at("GET", "/" + "a".repeat(3000), PROBLEM));
        all.add(at("GET", "/" + "a".repeat(100_000), ERROR));
        all.add(at("GET", "/?" + "a".repeat(100_000), ERROR));
        all.add(at("GET", "/" + "a/".repeat(1500), PROBLEM));
    }

    private static void mediaTypes(List<OddRequest> all) {
        for (String type : List.of(
                "text/plain",
                "application/xml",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/octet-stream",
                "garbage",
                "application/",
                "/",
                "application/json/json",
                ";",
                "x".repeat(2000))) {
            all.add(chat("Content-Type: " + type, PROBLEM, "Content-Type: " + type + "\r\n", GOOD));
        }
        all.add(chat("no Content-Type", PROBLEM, "", GOOD));
        all.add(chat("two of Content-Type", EITHER, JSON + "Content-Type: text/plain\r\n", GOOD));
        all.add(chat("charset utf-16", EITHER, "Content-Type: application/json;charset=utf-16\r\n", GOOD));
        all.add(chat("charset unknown", EITHER, "Content-Type: application/json;charset=nope\r\n", GOOD));
        all.add(chat("charset empty", EITHER, "Content-Type: application/json;charset=\r\n", GOOD));
        all.add(chat("JSON with a suffix", EITHER, "Content-Type: application/problem+json\r\n", GOOD));
        for (String accept : List.of(
                "application/xml",
                "image/png",
                "text/html;q=0",
                "application/json",
                "text/plain",
                "garbage",
                "x/".repeat(900))) {
            all.add(chat("Accept: " + accept, EITHER, JSON + "Accept: " + accept + "\r\n", GOOD));
        }
        all.add(chat("Accept: */*;q=nope", EITHER, JSON + "Accept: */*;q=nope\r\n", GOOD));
    }

    private static void headers(List<OddRequest> all) {
        String start = "GET /api/engine HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        all.add(raw("300 headers", NO_HARM, start + headers(300, 10) + "\r\n"));
        all.add(raw("20,000 headers", ERROR, start + headers(20_000, 10) + "\r\n"));
        all.add(raw("a header of 100,000", ERROR, start + headers(1, 100_000) + "\r\n"));
        all.add(raw("a header name of 100,000", ERROR, start + "X".repeat(100_000) + ": 1\r\n\r\n"));
        all.add(raw("a header without a colon", NO_HARM, start + "nonsense\r\n\r\n"));
        all.add(raw("a header without a name", ERROR, start + ": x\r\n\r\n"));
        all.add(raw("a space in a header name", NO_HARM, start + "X Y: 1\r\n\r\n"));
        all.add(raw("a folded header", NO_HARM, start + "X: 1\r\n 2\r\n\r\n"));
        all.add(raw("NUL in a header", NO_HARM, start + "X: a\u0000b\r\n\r\n"));
        all.add(raw("line feeds alone", NO_HARM, start.replace("\r", "") + "\n"));
        for (String header : List.of(
                "Cookie: " + "a=b;".repeat(1500),
                "Range: bytes=0-1,2-3,-9",
                "If-Modified-Since: nonsense",
                "Accept-Language: xx-" + "y".repeat(900),
                "Accept-Encoding: gzip;q=nope",
                "Origin: null",
                "Origin: https://evil.example",
                "X-Forwarded-For: " + "1.2.3.4,".repeat(300),
                "X-Forwarded-Host: evil.example",
                "Forwarded: for=\"[::",
                "Upgrade: websocket",
                "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
                "X-HTTP-Method-Override: DELETE",
                "Authorization: Basic !!!",
                "Via: 1.1 a",
                "TE: trailers",
                "Max-Forwards: -1",
                "Last-Event-ID: -1")) {
            all.add(raw(header, NO_HARM, start + header + "\r\n\r\n"));
        }
        all.add(raw("Expect: nonsense", NO_HARM, start + "Expect: nonsense\r\n\r\n"));
        for (String version : List.of("HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1x", "FTP/1.1", "")) {
            all.add(raw(
                    "version " + version,
                    NO_HARM,
                    "GET /api/engine " + version + "\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        }
    }

    private static String headers(int count, int length) {
        var headers = new StringBuilder();
        for (int i = 0; i < count; i++) {
            headers.append("X-")
                    .append(i)
                    .append(": ")
                    .append("x".repeat(length))
                    .append("\r\n");
        }
        return headers.toString();
    }

    private static void hosts(List<OddRequest> all) {
        for (String host : List.of(
                "",
                "evil.example",
                "localhost:99999",
                "local host",
                "a".repeat(3000),
                "[::1",
                "127.0.0.1/../x",
                "\u0001",
                "%00",
                "user@localhost")) {
            all.add(raw(
                    "Host: " + host,
                    NO_HARM,
                    "GET /api/engine HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"));
        }
        all.add(raw("no Host", NO_HARM, "GET /api/engine HTTP/1.1\r\nConnection: close\r\n\r\n"));
        all.add(raw(
                "two of Host", NO_HARM, "GET /api/engine HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"));
    }

    private static void lengths(List<OddRequest> all) {
        for (String length : List.of("-1", "+5", "nonsense", "5, 6", "0x10", "1e3", "18446744073709551616", "")) {
            all.add(raw("Content-Length: " + length, ERROR, HEAD + "Content-Length: " + length + "\r\n\r\n" + GOOD));
        }
        all.add(raw("two of Content-Length", ERROR, HEAD + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + GOOD));
        all.add(raw(
                "Content-Length and chunks",
                NO_HARM,
                HEAD + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
        all.add(raw("a length of 1 EB", ERROR, HEAD + "Content-Length: 999999999999999999\r\n\r\n" + GOOD)
                .cutAfter(100_000));
        all.add(raw("no length and no body", PROBLEM, HEAD + "\r\n"));
        all.add(raw("a body longer than its length", NO_HARM, HEAD + "Content-Length: 5\r\n\r\n" + GOOD));
        all.add(raw(
                "two requests at once",
                NO_HARM,
                (HEAD + "Content-Length: " + GOOD.length() + "\r\n\r\n" + GOOD).repeat(2)));
        all.add(json("a body of 600 KB", PROBLEM, "{\"messages\": [%s]}".formatted("\"x\",".repeat(150_000))));
        all.add(json("a body of 12 MB", ERROR, "{\"messages\": [%s]}".formatted("\"x\",".repeat(3_000_000))));
        all.add(json(
                "524,288 characters",
                PROBLEM,
                "{\"messages\": [{\"role\": \"user\", \"text\": \"" + "a ".repeat(262_144) + "\"}]}"));
        for (int cut : new int[] {1, 20, 60, 120, 180, 200}) {
            all.add(json("broken off after " + cut, NO_HARM, GOOD + " ".repeat(5000))
                    .cutAfter(cut));
        }
        all.add(json("broken off in a large body", NO_HARM, GOOD + " ".repeat(400_000))
                .cutAfter(200_000));
    }

    private static void chunks(List<OddRequest> all) {
        String start = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
        String size = Integer.toHexString(GOOD.length());
        all.add(raw("one chunk", ANSWER, start + size + "\r\n" + GOOD + "\r\n0\r\n\r\n"));
        var small = new StringBuilder(start);
        GOOD.chars().forEach(c -> small.append("1\r\n").append((char) c).append("\r\n"));
        all.add(raw("chunks of one byte", ANSWER, small + "0\r\n\r\n"));
        for (String wrong : List.of(
                "zz", "-1", "ffffffffffffffff", "7fffffffffffffff", "", " ", "5;" + "x".repeat(100_000), "0x5")) {
            all.add(raw("chunk size " + wrong, ERROR, start + wrong + "\r\n" + GOOD + "\r\n0\r\n\r\n")
                    .cutAfter(1 << 20));
        }
        all.add(raw("a chunk without its end", NO_HARM, start + size + "\r\n" + GOOD + "0\r\n\r\n")
                .cutAfter(1 << 20));
        all.add(raw(
                "trailers without end",
                NO_HARM,
                start + size + "\r\n" + GOOD + "\r\n0\r\n" + headers(3000, 40) + "\r\n"));
        for (String encoding : List.of("gzip", "identity", "chunked, chunked", "xchunked", "gzip, chunked")) {
            all.add(raw(
                            "Transfer-Encoding: " + encoding,
                            NO_HARM,
                            HEAD + "Transfer-Encoding: " + encoding + "\r\n\r\n" + size + "\r\n" + GOOD
                                    + "\r\n0\r\n\r\n")
                    .cutAfter(1 << 20));
        }
        all.add(raw(
                "Content-Encoding: gzip of no gzip",
                EITHER,
                HEAD + "Content-Encoding: gzip\r\nContent-Length: " + GOOD.length() + "\r\n\r\n" + GOOD));
    }

    private static void notHttp(List<OddRequest> all) {
        all.add(raw("nothing", NO_HARM, "").cutAfter(0));
        all.add(raw("empty lines", NO_HARM, "\r\n".repeat(1000)).cutAfter(2000));
        all.add(raw("zeros", NO_HARM, "\u0000".repeat(10_000)).cutAfter(10_000));
        all.add(raw(
                        "a TLS greeting",
                        NO_HARM,
                        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003" + "x".repeat(500))
                .cutAfter(600));
        all.add(raw(
                        "an HTTP/2 preface",
                        NO_HARM,
                        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000")
                .cutAfter(100));
        all.add(raw("an SSH greeting", NO_HARM, "SSH-2.0-OpenSSH_9.6\r\n").cutAfter(100));
        all.add(raw("a line of 1 MB", NO_HARM, "G".repeat(1 << 20)).cutAfter(1 << 20));
    }
}
