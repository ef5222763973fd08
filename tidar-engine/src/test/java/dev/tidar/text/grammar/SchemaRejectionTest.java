package dev.tidar.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.InvalidRequestException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A grammar is rejected")
class SchemaRejectionTest {

    private static Grammar compile(String schema) {
        return new Grammars(Vocabularies.BYTES).of(new AnswerFormat.JsonSchema(schema));
    }

    private static void rejects(String schema, String message) {
        assertThatThrownBy(() -> compile(schema))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not",
                "if",
                "then",
                "else",
                "contains",
                "minContains",
                "maxContains",
                "dependentRequired",
                "dependentSchemas",
                "dependencies",
                "unevaluatedProperties",
                "unevaluatedItems",
                "additionalItems",
                "$dynamicRef",
                "$anchor",
                "$recursiveRef",
                "$vocabulary",
                "divisibleBy",
                "maxLenght",
                "nullable"
            })
    void byTheNameAndPlaceOfAKeywordThatIsNotEnforced(String keyword) {
        rejects(
                "{\"type\":\"object\",\"properties\":{\"a/b\":{\"%s\":{}}}}".formatted(keyword),
                "schema #/properties/a~1b: %s is not supported".formatted(keyword));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{\"type\":\"text\"}; schema #: type must be one of",
                "{\"type\":7}; schema #: type must be one of",
                "{\"minLength\":-1}; schema #: minLength must be a whole number from 0, but is -1",
                "{\"maxLength\":1.5}; schema #: maxLength must be a whole number from 0",
                "{\"maxItems\":\"3\"}; schema #: maxItems must be a number",
                "{\"minItems\":1000000}; schema #: minItems must be at most 100000",
                "{\"minimum\":\"a\"}; schema #: minimum must be a number",
                "{\"exclusiveMinimum\":true}; schema #: exclusiveMinimum must be a number",
                "{\"minimum\":1e100}; minimum 1E+100 is not supported: its digits are too many",
                "{\"multipleOf\":0}; schema #: multipleOf must be more than 0",
                "{\"multipleOf\":123457}; multipleOf 123457 is not supported",
                "{\"enum\":3}; schema #: enum must be a list of values",
                "{\"enum\":[]}; schema must allow some answer, but allows none",
                "{\"items\":[{},{}]}; schema #: items must be a schema",
                "{\"items\":3}; schema #/items: must be a schema, but is 3",
                "{\"properties\":[]}; schema #: properties must be an object of schemas",
                "{\"properties\":{\"a\":3}}; schema #/properties/a: must be a schema, but is 3",
                "{\"required\":\"a\"}; schema #: required must be a list of strings",
                "{\"anyOf\":[]}; schema #: anyOf must be a list of schemas",
                "{\"allOf\":{}}; schema #: allOf must be a list of schemas",
                "{\"pattern\":3}; schema #: pattern must be a string",
                "{\"pattern\":\"(a\"}; schema #: pattern must be a regular expression",
                "{\"pattern\":\"(?=a)\"}; schema #: pattern must be regular, but at character 2 it uses look-ahead",
                "{\"pattern\":\"a{1000000}\"}; schema #: pattern must repeat at most 100000 times",
                "{\"patternProperties\":{\"(\":{}}}; patternProperties must be a regular expression",
                "{\"format\":\"regex\"}; schema #: format regex is not supported",
                "{\"uniqueItems\":true}; schema #: uniqueItems is not supported",
                "{\"$ref\":\"https://example.com/schema\"}; only pointers into the same schema are followed",
                "{\"$ref\":\"other.json#/a\"}; only pointers into the same schema are followed",
                "{\"$ref\":\"#name\"}; only pointers into the same schema are followed",
                "{\"$ref\":\"#/$defs/no\"}; schema #: $ref must lead to a place in the schema",
                "{\"$ref\":\"#/%zz\"}; schema #: $ref must be a pointer in URI form",
                "{\"$ref\":\"#\"}; it leads back to itself",
                "{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"allOf\":[{\"$ref\":\"#/$defs/a\"}]}},\"$ref\":\"#/$defs/a\"}; it leads back to itself",
                "{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}; it leads back to itself",
                "{\"$schema\":\"https://example.com/own\"}; only the dialects of json-schema.org are known",
                "{\"items\":{\"$id\":\"x\"}}; only the whole schema may have one",
                "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}; schemas 0 and 1 may accept the same value; use anyOf",
                "{\"oneOf\":[{\"type\":\"string\"},{\"pattern\":\"a\",\"type\":\"string\"}]}; schemas 0 and 1 may accept",
                "{\"oneOf\":[{\"enum\":[1]},{\"enum\":[1.0]}]}; schemas 0 and 1 may accept",
                "{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}],\"type\":\"object\"}; schemas 0 and 1 may accept",
                "{\"enum\":[{\"a\":1}],\"required\":[\"b\"]}; required is not supported: beside a listed array or object",
                "{\"type\":\"object\",\"minProperties\":3}; schema #: minProperties is not supported",
                "false; schema must allow some answer, but allows none",
                "{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}; schema must allow some answer, but allows none",
                "{\"minLength\":3,\"maxLength\":2,\"type\":\"string\"}; schema must allow some answer",
                "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"minItems\":1}; schema must allow some answer",
                "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":false}}; schema must allow some answer",
                "{\"type\":\"object\",\"required\":[\"a\"],\"propertyNames\":{\"const\":\"b\"}}; schema must allow some answer",
                "{\"type\":\"string\",\"minLength\":100000}; schema must allow an answer of at most 65536 bytes",
                "[]; schema must be a JSON object, but is ARRAY",
                "3; schema must be a JSON object, but is NUMBER",
                "{; schema must be JSON, but is not",
                "{} {}; schema must be JSON, but is not",
                "{\"minimum\":1e9999999999}; schema must be JSON, but is not",
                "{\"const\":1e999999999,\"multipleOf\":7}; schema must allow some answer",
                "{\"minimum\":1e999999999}; its digits are too many",
                "{\"a\":1,\"a\":2}; schema must be JSON, but is not",
                "{\"const\":\"\\ud800\"}; schema must allow some answer"
            })
    void withWhatIsWrong(String schema, String message) {
        rejects(schema, message);
    }

    @Test
    void whereItsTextIsEmptyLongOrDeep() {
        rejects("", "schema must be");
        rejects("{\"description\":\"%s\"}".formatted("x".repeat(300_000)), "at most 262144 characters");
        rejects("{\"items\":".repeat(1_000) + "{}" + "}".repeat(1_000), "schema must be JSON, but is not");
        String million =
                IntStream.range(0, 1_000_000).mapToObj(Integer::toString).collect(Collectors.joining(","));
        rejects("{\"enum\":[" + million + "]}", "at most 262144 characters");
    }

    @Test
    void whereItsShortestAnswerIsNestedTooDeep() {
        StringBuilder schema = new StringBuilder("{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
        for (int i = 0; i < 100; i++) {
            schema.append("\"d%d\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/d%d\"}},"
                    .formatted(i, i + 1));
        }
        rejects(schema.append("\"d100\":{\"type\":\"null\"}}}").toString(), "nested at most 64 deep");
    }

    @Test
    void whereItsCombinationsExplode() {
        String choice = "{\"anyOf\":[{\"minimum\":1},{\"minimum\":2},{\"minimum\":3},{\"minimum\":4}]}";
        rejects(
                "{\"allOf\":[%s]}".formatted(String.join(",", List.of(choice, choice, choice, choice, choice, choice))),
                "anyOf is not supported: all its combinations are more than 512");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"string\",\"pattern\":\"(a|b)*a(a|b){30}\"}",
                "{\"type\":\"string\",\"pattern\":\"^(a{1,100}){1,100}$\",\"maxLength\":9999}",
                "{\"type\":\"array\",\"minItems\":90000,\"items\":{\"type\":\"array\",\"minItems\":90000}}"
            })
    void whereCompilingTakesTooMuchWork(String schema) {
        assertThatThrownBy(() -> compile(schema)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void onChoicesThatAreNoneOrTooMany() {
        assertThatThrownBy(() -> new AnswerFormat.Choices(List.of())).hasMessageContaining("1 to 10000 texts");
        assertThatThrownBy(() -> new AnswerFormat.Choices(List.of("a", ""))).hasMessageContaining("no empty text");
        assertThatThrownBy(() -> new AnswerFormat.Choices(List.of("x".repeat(100_001))))
                .hasMessageContaining("at most 100000 characters");
    }

    @Test
    void orCompiledButNeverBreaksTheCompiler() {
        long seed = 20_261_122;
        SplittableRandom random = new SplittableRandom(seed);
        List<String> schemas = NastySchemas.all();
        Grammars grammars = new Grammars(Vocabularies.BYTES);
        int compiled = 0;
        for (int i = 0; i < 3_000; i++) {
            String broken = broken(schemas.get(random.nextInt(schemas.size())), schemas, random);
            try {
                grammars.of(new AnswerFormat.JsonSchema(broken));
                compiled++;
            } catch (InvalidRequestException rejected) {
                assertThat(rejected.getMessage()).isNotBlank().hasSizeLessThan(600);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError("seed %d broke it: %s".formatted(seed, broken), e);
            }
        }
        assertThat(compiled).as("compiled, seed %d", seed).isBetween(300, 2_900);
    }

    private static String broken(String schema, List<String> schemas, SplittableRandom random) {
        StringBuilder broken = new StringBuilder(schema);
        for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
            int at = random.nextInt(broken.length());
            switch (random.nextInt(6)) {
                case 0 -> broken.deleteCharAt(at);
                case 1 -> broken.setCharAt(at, "{}[]\",:0-9ae\\".charAt(random.nextInt(13)));
                case 2 -> replaceNumber(broken, random);
                case 3 -> replaceWord(broken, "\"type\"", "\"pattern\"");
                case 4 -> replaceWord(broken, "{\"type\":\"integer\"}", schemas.get(random.nextInt(schemas.size())));
                default -> replaceWord(broken, "\"items\"", "\"properties\"");
            }
            if (broken.isEmpty()) {
                return "";
            }
        }
        return broken.toString();
    }

    private static void replaceNumber(StringBuilder text, SplittableRandom random) {
        for (int i = random.nextInt(text.length()); i < text.length(); i++) {
            if (Character.isDigit(text.charAt(i))) {
                text.replace(i, i + 1, Long.toString(random.nextLong() >> random.nextInt(64)));
                return;
            }
        }
    }

    private static void replaceWord(StringBuilder text, String word, String by) {
        int at = text.indexOf(word);
        if (at >= 0) {
            text.replace(at, at + word.length(), by);
        }
    }
}
