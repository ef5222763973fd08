package dev.tidar.text.grammar;

import java.util.ArrayList;
import java.util.List;

/** Supported schemas that are meant to find gaps: combinations of bounds, types, recursion, hostile names. */
final class NastySchemas {

    private static final String[] BOUNDS = {
        "-1e3", "-100.5", "-17", "-1", "-0.001", "0", "0.05", "0.5", "1", "1.5", "9", "10", "99", "100.25", "12345"
    };

    private static final String[] PATTERNS = {
        "^[a-z]+$",
        "^a|b$",
        "x",
        "^$",
        "^(a+)+b$",
        "^\\\\d{3}-\\\\d{4}$",
        "^\\\\w+\\\\s\\\\w+$",
        "[^a]",
        "^[^\\\\n]{1,5}$",
        "^[\\\"\\\\\\\\]{2}$",
        "^\\\\u00e9+$",
        "^.{3}$",
        "^[\\\\ud83d\\\\ude00-\\\\ud83d\\\\ude4f]{1,3}$",
        "^(?:ab|cd){2,3}$",
        "\\\\\\\\",
        "^\\\\t?$",
        "^[\\\\x00-\\\\x20]{1,3}$",
        "a.*b.*c",
        "^(?<year>[0-9]{4})$",
        "^\\\\S+$",
        "^[A-Z]{2,}?$"
    };

    /** Those whose generated strings every validator accepts; a time may lack its offset, which validators want. */
    private static final String[] FORMATS = {
        "date", "date-time", "uuid", "hostname", "email", "ipv4", "ipv6", "duration", "json-pointer", "uri"
    };

    /** Schemas that are not generated from a scheme. */
    private static final String[] SINGLES = {
        "true",
        "{}",
        "{\"type\":\"null\"}",
        "{\"type\":\"boolean\"}",
        "{\"const\":null}",
        "{\"const\":\"\\\"quoted\\\" \\\\ \\n \\u0001 \u00e9 \ud83d\ude00\"}",
        "{\"const\":{\"b\":[1,2.50,{\"a\":null}],\"\":false}}",
        "{\"const\":-0.0}",
        "{\"const\":1e400}",
        "{\"enum\":[1,\"1\",true,null,[],{},[1],{\"a\":1}]}",
        "{\"enum\":[\"a\",\"ab\",\"abc\",\"abcd\"]}",
        "{\"type\":\"string\",\"enum\":[\"x\",1,null]}",
        "{\"type\":\"integer\",\"enum\":[1,2.5,3.0,\"4\"]}",
        "{\"enum\":[5,15,25],\"minimum\":10}",
        "{\"const\":\"abc\",\"minLength\":3,\"pattern\":\"b\"}",
        "{\"type\":[\"string\",\"null\"],\"maxLength\":3}",
        "{\"type\":[\"object\",\"array\"],\"maxItems\":1,\"maxProperties\":1}",
        "{\"minLength\":2,\"minimum\":5,\"minItems\":1,\"minProperties\":1}",
        "{\"type\":\"array\",\"items\":false}",
        "{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}}}",
        "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"integer\"}],\"items\":{\"type\":\"null\"}}",
        "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"integer\"}],\"items\":false,\"minItems\":2}",
        "{\"type\":\"array\",\"prefixItems\":[{\"const\":1},{\"const\":2},{\"const\":3}],\"minItems\":5,\"maxItems\":6}",
        "{\"type\":\"array\",\"prefixItems\":[true,false,true]}",
        "{\"type\":\"array\",\"uniqueItems\":true,\"maxItems\":1}",
        "{\"type\":\"array\",\"uniqueItems\":false,\"minItems\":3,\"items\":{\"type\":\"boolean\"}}",
        "{\"type\":[\"integer\",\"null\"],\"minimum\":3}",
        "{\"type\":\"object\"}",
        "{\"type\":\"object\",\"additionalProperties\":false}",
        "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}",
        "{\"type\":\"object\",\"minProperties\":1,\"additionalProperties\":{\"type\":\"integer\"}}",
        "{\"type\":\"object\",\"maxProperties\":2}",
        "{\"type\":\"object\",\"required\":[\"a\",\"b\"]}",
        "{\"type\":\"object\",\"required\":[\"b\"],\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"null\"}}}",
        "{\"type\":\"object\",\"required\":[\"x\"],\"additionalProperties\":{\"type\":\"string\",\"maxLength\":2}}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"additionalProperties\":true}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"aa\":{\"type\":\"integer\"}},"
                + "\"additionalProperties\":{\"type\":\"null\"}}",
        "{\"type\":\"object\",\"properties\":{\"a\":false,\"b\":true},\"required\":[\"b\"]}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"},\"c\":{\"type\":\"null\"},"
                + "\"d\":{\"type\":\"null\"}},\"minProperties\":2,\"maxProperties\":3,\"required\":[\"c\"]}",
        "{\"type\":\"object\",\"properties\":{\"\":{\"type\":\"null\"},\"\\\"\":{\"type\":\"null\"},"
                + "\"\\\\\":{\"type\":\"null\"},\"a\\nb\":{\"type\":\"null\"},\"\u00fc\":{\"type\":\"null\"},"
                + "\"\ud83d\ude00\":{\"type\":\"null\"},\"a/b~c\":{\"type\":\"null\"}},"
                + "\"required\":[\"\",\"\\\"\",\"\\\\\",\"a\\nb\",\"\u00fc\",\"\ud83d\ude00\",\"a/b~c\"]}",
        "{\"type\":\"object\",\"patternProperties\":{\"^s_\":{\"type\":\"string\"},\"^i_\":{\"type\":\"integer\"}},"
                + "\"additionalProperties\":false}",
        "{\"type\":\"object\",\"patternProperties\":{\"a\":{\"type\":\"integer\"},\"b\":{\"type\":\"null\"}},"
                + "\"additionalProperties\":{\"type\":\"boolean\"}}",
        "{\"type\":\"object\",\"properties\":{\"foo\":{\"minimum\":3}},\"patternProperties\":{\"f.o\":{\"type\":\"integer\"}},"
                + "\"required\":[\"foo\"]}",
        "{\"type\":\"object\",\"propertyNames\":{\"maxLength\":3,\"pattern\":\"^[a-z]+$\"},"
                + "\"additionalProperties\":{\"type\":\"null\"}}",
        "{\"type\":\"object\",\"propertyNames\":{\"enum\":[\"on\",\"off\"]},\"additionalProperties\":{\"type\":\"boolean\"}}",
        "{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\",\"maxLength\":1}]}",
        "{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]},"
                + "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":true},\"required\":[\"a\",\"b\"]}]}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"],"
                + "\"anyOf\":[{\"required\":[\"b\"]},{\"properties\":{\"c\":{\"const\":3}},\"required\":[\"c\"]}]}",
        "{\"anyOf\":[{\"anyOf\":[{\"const\":1},{\"const\":2}]},{\"anyOf\":[{\"const\":3},{\"type\":\"null\"}]}]}",
        "{\"anyOf\":[{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},{\"type\":\"array\",\"items\":{\"type\":\"number\"}}]}",
        "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"string\"},{\"type\":\"null\"}]}",
        "{\"oneOf\":[{\"minimum\":10,\"type\":\"number\"},{\"exclusiveMaximum\":10,\"type\":\"number\"}]}",
        "{\"oneOf\":[{\"type\":\"string\",\"pattern\":\"^a\"},{\"type\":\"string\",\"pattern\":\"^b\"}]}",
        "{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":\"cat\"},\"lives\":{\"type\":\"integer\"}},"
                + "\"required\":[\"kind\"]},{\"type\":\"object\",\"properties\":{\"kind\":{\"const\":\"dog\"},"
                + "\"good\":{\"type\":\"boolean\"}},\"required\":[\"kind\",\"good\"]}]}",
        "{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"a\":true},\"required\":[\"a\"],\"additionalProperties\":false},"
                + "{\"type\":\"object\",\"properties\":{\"b\":true},\"required\":[\"b\"],\"additionalProperties\":false}]}",
        "{\"allOf\":[{\"type\":\"integer\"},{\"minimum\":3},{\"maximum\":7},{\"multipleOf\":2}]}",
        "{\"allOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]},"
                + "{\"properties\":{\"a\":{\"minimum\":5},\"b\":{\"type\":\"null\"}}}]}",
        "{\"allOf\":[{\"pattern\":\"^a\"},{\"pattern\":\"z$\"},{\"maxLength\":6},{\"type\":\"string\"}]}",
        "{\"allOf\":[{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]},{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}]}",
        "{\"type\":\"object\",\"properties\":{\"left\":{\"$ref\":\"#\"},\"value\":{\"type\":\"integer\"},"
                + "\"right\":{\"$ref\":\"#\"}},\"required\":[\"value\"],\"additionalProperties\":false}",
        "{\"$ref\":\"#/$defs/node\",\"$defs\":{\"node\":{\"type\":\"object\",\"properties\":{\"children\":"
                + "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/node\"}}},\"required\":[\"children\"]}}}",
        "{\"$defs\":{\"a\":{\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/b\"},\"minItems\":1},{\"type\":\"null\"}]},"
                + "\"b\":{\"anyOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/a\"}},\"required\":[\"a\"]},"
                + "{\"const\":0}]}},\"$ref\":\"#/$defs/a\"}",
        "{\"$defs\":{\"p~q/r\":{\"type\":\"integer\",\"maximum\":3}},\"items\":{\"$ref\":\"#/$defs/p~0q~1r\"},\"type\":\"array\"}",
        "{\"$defs\":{\"a b\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/a%20b\"}",
        "{\"$ref\":\"#/$defs/x\",\"maximum\":5,\"$defs\":{\"x\":{\"type\":\"integer\",\"minimum\":3}}}",
        "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"maxItems\":2}",
        "{\"anyOf\":[{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}},{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"maxItems\":3}]}",
        "{\"type\":\"string\",\"minLength\":300}",
        "{\"type\":\"string\",\"pattern\":\"^[ab]*$\",\"minLength\":5,\"maxLength\":7}",
        "{\"type\":\"string\",\"format\":\"date\",\"pattern\":\"^2024-02-\"}",
        "{\"type\":\"array\",\"minItems\":20,\"items\":{\"type\":\"integer\"}}",
        "{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"items\":{\"type\":\"object\",\"properties\":"
                + "{\"x\":{\"type\":\"array\",\"minItems\":2,\"maxItems\":2,\"items\":{\"type\":\"number\"}}},\"required\":[\"x\"]}}",
        "{\"type\":\"number\",\"multipleOf\":0.01,\"minimum\":0.5,\"maximum\":2}",
        "{\"type\":\"integer\",\"multipleOf\":7,\"minimum\":-50,\"maximum\":1000}",
        "{\"type\":\"number\",\"multipleOf\":2.5}",
        "{\"type\":\"integer\",\"multipleOf\":1024}",
        "{\"type\":\"integer\",\"format\":\"int32\"}",
        "{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":9223372036854775800}",
        "{\"type\":\"number\",\"minimum\":1e30,\"maximum\":2e30}",
        "{\"type\":\"integer\",\"minimum\":-3,\"maximum\":-3}",
        "{\"type\":\"number\",\"exclusiveMinimum\":0,\"exclusiveMaximum\":0.001}",
        "{\"title\":\"t\",\"description\":\"d\",\"default\":1,\"examples\":[1],\"deprecated\":true,\"x-order\":3,\"type\":\"integer\"}",
        "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\",\"properties\":{"
                + "\"actor\":{\"type\":\"string\",\"description\":\"who\"},\"movies\":{\"type\":\"array\",\"items\":"
                + "{\"type\":\"string\"}},\"born\":{\"type\":\"integer\",\"format\":\"int32\"}},"
                + "\"required\":[\"actor\",\"movies\",\"born\"],\"additionalProperties\":false}"
    };

    private NastySchemas() {}

    static List<String> all() {
        List<String> all = new ArrayList<>(List.of(SINGLES));
        for (int i = 0; i < BOUNDS.length; i++) {
            all.add("{\"type\":\"number\",\"minimum\":%s}".formatted(BOUNDS[i]));
            all.add("{\"type\":\"number\",\"exclusiveMaximum\":%s}".formatted(BOUNDS[i]));
            for (int j = i + 1; j < BOUNDS.length; j += 2) {
                if (i == 6 && j == 7) {
                    continue; // no whole number from 0.05 to 0.5
                }
                String keyword = (i + j) % 2 == 0 ? "exclusiveMinimum" : "minimum";
                all.add("{\"type\":\"%s\",\"%s\":%s,\"maximum\":%s}"
                        .formatted(j % 3 == 0 ? "number" : "integer", keyword, BOUNDS[i], BOUNDS[j]));
            }
        }
        for (String pattern : PATTERNS) {
            all.add("{\"type\":\"string\",\"pattern\":\"%s\"}".formatted(pattern));
            all.add("{\"type\":\"string\",\"pattern\":\"%s\",\"maxLength\":9}".formatted(pattern));
        }
        for (String format : FORMATS) {
            all.add("{\"type\":\"string\",\"format\":\"%s\"}".formatted(format));
        }
        for (int min = 0; min < 4; min++) {
            for (int max = min; max < 4; max++) {
                all.add("{\"type\":\"string\",\"minLength\":%d,\"maxLength\":%d}".formatted(min, max));
                all.add("{\"type\":\"array\",\"minItems\":%d,\"maxItems\":%d}".formatted(min, max));
                all.add(
                        ("{\"type\":\"object\",\"minProperties\":%d,\"maxProperties\":%d,\"properties\":{\"a\":{\"type\":"
                                        + "\"boolean\"},\"b\":{\"type\":\"string\"},\"c\":{\"type\":\"array\"}}}")
                                .formatted(min, max));
            }
        }
        return all;
    }
}
