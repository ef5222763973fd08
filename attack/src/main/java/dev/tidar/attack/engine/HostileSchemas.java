package dev.tidar.attack.engine;

import dev.tidar.api.AnswerFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Formats that are legal, or nearly so, and cost as much as a request can make them cost. */
final class HostileSchemas {

    private static final String OBJECT = "{\"type\":\"object\",\"properties\":{%s}%s}";

    private HostileSchemas() {}

    /** By name. */
    static Map<String, AnswerFormat> all() {
        var all = new LinkedHashMap<String, AnswerFormat>();
        schema(all, "250 strings of different lengths", anyOf(250, i -> string(",\"maxLength\":" + (10 + i))));
        schema(all, "250 strings with least lengths", anyOf(250, i -> string(",\"minLength\":" + i)));
        schema(all, "60 overlapping patterns", anyOf(60, i -> pattern("^(a|b|ab){" + i + ",90}c?$")));
        schema(
                all,
                "patterns of many scripts",
                anyOf(40, i -> pattern("^[\u00c0-\u024f\u0370-\u1fff\u3040-\u9fff]{1," + (5 + i) + "}[^a-z]*$")));
        schema(
                all,
                "an enum of 5,000 texts",
                "{\"enum\":[" + join(5000, i -> "\"text number " + i * 7919 % 5000 + "\"") + "]}");
        schema(
                all,
                "400 optional members",
                OBJECT.formatted(join(400, i -> "\"member" + i + "\":{\"type\":\"integer\"}"), ""));
        schema(
                all,
                "200 required members in any order",
                OBJECT.formatted(
                        join(200, i -> "\"m" + i + "\":" + string(",\"maxLength\":9")),
                        ",\"required\":[" + join(200, i -> "\"m" + i + "\"") + "]"));
        schema(
                all,
                "an array of 1,000 items",
                "{\"type\":\"array\",\"minItems\":1000,\"items\":{\"type\":\"number\"}}");
        schema(
                all,
                "nested arrays",
                "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"type\":\"array\",\"minItems\":2,\"items\":{\"anyOf\":[{\"$ref\":\"#/$defs/a\"},{\"type\":\"null\"}]}}}}");
        schema(all, "references to each other", mutual(60));
        schema(all, "a string of 10,000 to 20,000", string(",\"minLength\":10000,\"maxLength\":20000"));
        schema(
                all,
                "an intersection of patterns",
                "{\"type\":\"string\",\"allOf\":[" + join(8, i -> "{\"pattern\":\"a.{" + (i + 3) + "}b\"}") + "]}");
        schema(all, "a window of 14", pattern("a.{14}$"));
        schema(all, "nested counts", pattern("^((a{1,30}b{1,30}){1,30}c){1,30}$"));
        schema(
                all,
                "twenty pattern members",
                "{\"type\":\"object\",\"patternProperties\":{"
                        + join(20, i -> "\"^" + (char) ('a' + i) + ".*x{" + i + "}\":" + string("")) + "}}");
        schema(
                all,
                "narrow numbers",
                anyOf(
                        100,
                        i -> "{\"type\":\"number\",\"multipleOf\":%d,\"minimum\":%d}"
                                .formatted(997 + i, -i * 1_000_000)));
        schema(
                all,
                "one of many objects",
                "{\"oneOf\":["
                        + join(
                                60,
                                i -> OBJECT.formatted(
                                        "\"kind\":{\"const\":\"k" + i + "\"},\"v\":" + string(""),
                                        ",\"required\":[\"kind\",\"v\"]"))
                        + "]}");
        schema(all, "deep objects", "{\"properties\":{\"a\":".repeat(30) + "{}" + "}}".repeat(30));
        schema(
                all,
                "all formats",
                anyOf(
                        9,
                        i -> string(",\"format\":\""
                                + new String[] {
                                            "date",
                                            "time",
                                            "date-time",
                                            "uuid",
                                            "hostname",
                                            "email",
                                            "ipv4",
                                            "ipv6",
                                            "uri"
                                        }
                                        [i]
                                + "\"")));
        all.put(
                "5,000 choices",
                new AnswerFormat.Choices(
                        IntStream.range(0, 5000).mapToObj(i -> "choice " + i).toList()));
        all.put("an ambiguous expression", new AnswerFormat.Regex("(a|aa|aaa|a*)*(b|ab|aab)*c"));
        all.put("an expression of counts", new AnswerFormat.Regex("(([a-z]{1,60} ){1,60}[.!?]){1,60}"));
        all.put("any JSON", new AnswerFormat.AnyJson());
        return all;
    }

    private static void schema(Map<String, AnswerFormat> all, String name, String text) {
        all.put(name, new AnswerFormat.JsonSchema(text));
    }

    private static String anyOf(int count, IntFunction<String> schema) {
        return "{\"anyOf\":[" + join(count, schema) + "]}";
    }

    private static String string(String keywords) {
        return "{\"type\":\"string\"" + keywords + "}";
    }

    private static String pattern(String expression) {
        return string(",\"pattern\":\"" + expression + "\"");
    }

    /** Definitions each of which is an object of all others. */
    private static String mutual(int count) {
        String members = join(count, i -> "\"m" + i + "\":{\"$ref\":\"#/$defs/d" + i + "\"}");
        return "{\"$ref\":\"#/$defs/d0\",\"$defs\":{"
                + join(count, i -> "\"d" + i + "\":" + OBJECT.formatted(members, "")) + "}}";
    }

    private static String join(int count, IntFunction<String> text) {
        return IntStream.range(0, count).mapToObj(text).collect(Collectors.joining(","));
    }
}
