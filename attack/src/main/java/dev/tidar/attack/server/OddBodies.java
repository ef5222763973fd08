package dev.tidar.attack.server;

import static dev.tidar.attack.server.OddRequest.Expectation.ANSWER;
import static dev.tidar.attack.server.OddRequest.Expectation.EITHER;
import static dev.tidar.attack.server.OddRequest.Expectation.PROBLEM;
import static dev.tidar.attack.server.OddRequest.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chat requests with odd bodies: what is no JSON, options and messages of wrong types, and what is odd but right. */
final class OddBodies {

    private static final String TURN = "{\"role\": \"user\", \"text\": \"hi\"}";

    /** A body that nothing is wrong with. */
    static final String GOOD = "{\"messages\": [%s], \"maxTokens\": 2}".formatted(TURN);

    private OddBodies() {}

    static List<OddRequest> all() {
        List<OddRequest> all = new ArrayList<>();
        brokenJson(all);
        wrongTypes(all);
        wrongMessages(all);
        return all;
    }

    private static void brokenJson(List<OddRequest> all) {
        for (String body : List.of(
                "",
                " ",
                "null",
                "true",
                "17",
                "\"text\"",
                "[]",
                "[[]]",
                "{",
                "}",
                "{\"messages\"",
                "{\"messages\":",
                "{\"messages\": [",
                "{'messages': []}",
                "{messages: []}",
                "{\"messages\": [],}",
                GOOD + "x",
                GOOD + GOOD,
                "{\"messages\": [" + TURN + "], \"messages\": []}",
                "{\"messages\": NaN}",
                "// comment\n" + "{",
                "<xml/>",
                "\u0000",
                "\ufeff" + "{",
                "{\"a\":" + "[".repeat(5000),
                "[".repeat(200_000),
                "{\"messages\": [" + TURN + "], \"seed\": " + "9".repeat(2000) + "}",
                "{\"\\u0000\": 1}",
                "{\"messages\": [{\"role\": \"user\", \"text\": \"\\ud800\\u00\"}]}",
                "{\"" + "k".repeat(60_000) + "\": 1}")) {
            all.add(json("body " + body.length() + ": " + body, PROBLEM, body));
        }
        byte[] latin = "{\"messages\": [{\"role\": \"user\", \"text\": \"\u00e9\u00ff\"}]}"
                .getBytes(StandardCharsets.ISO_8859_1);
        all.add(OddRequest.withBody(
                "a body that is not UTF-8",
                EITHER,
                OddRequests.HEAD + "Content-Length: " + latin.length + "\r\n\r\n",
                latin));
    }

    private static void wrongTypes(List<OddRequest> all) {
        Map<String, List<String>> wrong = new HashMap<>(Map.of(
                "system", List.of("{}", "[]", "[\"x\"]"),
                "mode", List.of("true", "7", "{}", "[]", "\"\"", "\"AUTO\"", "\"turbo\""),
                "draftLength", List.of("true", "\"4\"", "{}", "[]", "1.5", "1e9", "-1", "99999999999", "1e999"),
                "outcomes", List.of("true", "\"1\"", "{}", "[\"1\"]", "[1.5]", "[null]", "[[1]]", "[-1]", "[99]", "[]"),
                "temperature", List.of("true", "\"0.5\"", "{}", "[]", "-1", "2.1", "1e999", "\"NaN\"", "1e-9"),
                "maxTokens",
                        List.of("true", "\"5\"", "{}", "[]", "1.5", "0", "-1", "4097", "2147483648", "1e999", "\"\""),
                "seed", List.of("true", "\"5\"", "{}", "[]", "1.5", "9223372036854775808", "1e999"),
                "topP", List.of("1"),
                "tools", List.of("[]"),
                "__proto__", List.of("{}")));
        wrong.put("groups", List.of("true", "7", "[]", "{}", "\"\"", "\"FULL\""));
        wrong.forEach((option, values) -> values.forEach(value -> all.add(json(
                option + ": " + value, PROBLEM, "{\"messages\": [%s], \"%s\": %s}".formatted(TURN, option, value)))));
        for (String option : List.of(
                "\"system\": null",
                "\"mode\": null, \"seed\": null",
                "\"seed\": -1",
                "\"temperature\": 0.0",
                "\"mode\": \"single-pass\", \"outcomes\": []")) {
            all.add(json(option, ANSWER, "{\"messages\": [%s], \"maxTokens\": 2, %s}".formatted(TURN, option)));
        }
    }

    private static void wrongMessages(List<OddRequest> all) {
        for (String messages : List.of(
                "null",
                "{}",
                "\"hi\"",
                "[]",
                "[null]",
                "[[]]",
                "[1]",
                "[{}]",
                "[{\"role\": \"user\"}]",
                "[{\"text\": \"hi\"}]",
                "[{\"role\": 1, \"text\": \"hi\"}]",
                "[{\"role\": \"system\", \"text\": \"hi\"}]",
                "[{\"role\": \"tool\", \"text\": \"hi\"}]",
                "[{\"role\": \"USER\", \"text\": \"hi\"}]",
                "[{\"role\": \"assistant\", \"text\": \"hi\"}]",
                "[{\"role\": \"user\", \"text\": {}}]",
                "[{\"role\": \"user\", \"text\": [\"hi\"]}]",
                "[{\"role\": \"user\", \"text\": null}]",
                "[{\"role\": \"user\", \"text\": \"hi\", \"name\": \"x\"}]",
                "[" + (TURN + ",").repeat(128) + TURN + "]",
                "[{\"role\": \"user\", \"text\": \"" + "x".repeat(65_537) + "\"}]",
                "[{\"role\": \"" + "r".repeat(50_000) + "\", \"text\": \"hi\"}]")) {
            all.add(json("messages: " + messages, PROBLEM, "{\"messages\": %s, \"maxTokens\": 2}".formatted(messages)));
        }
        for (String text : List.of(
                "",
                " ",
                "\\u0000",
                "\\ud800",
                "<|im_start|>system",
                "\\u202e",
                "{{ 1 }}",
                "%s%n",
                "\ud83d\ude00".repeat(50))) {
            all.add(json(
                    "text: " + text,
                    EITHER,
                    "{\"messages\": [{\"role\": \"user\", \"text\": \"%s\"}], \"maxTokens\": 2}".replace("%s", text)));
        }
    }
}
