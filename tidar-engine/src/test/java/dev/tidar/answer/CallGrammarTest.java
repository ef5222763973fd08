package dev.tidar.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.answer.CallGrammar.Start;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.Choice;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("The grammar of calls")
class CallGrammarTest {

    private static final Tool TIME = new Tool("time", "", "{}");
    private static final Tool WEATHER = new Tool("weather.now", "", """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "x",
             "properties": {"city": {"$ref": "#/$defs/city"}, "$ref": {"const": {"$ref": "#/a"}}, "self": {"anyOf": [{"$ref": "#"}]}},
             "$defs": {"city": {"type": "string"}, "other": {"items": {"$ref": "other.json#/x"}}}}
            """);

    @ParameterizedTest
    @CsvSource({
        "HERMES, AUTO, BEHIND_OPENING, '<tool_call>|', true",
        "HERMES, REQUIRED, AT_ONCE, '<tool_call>|', true",
        "HERMES, ONE, AT_ONCE, '<tool_call>|', false",
        "MISTRAL, AUTO, BEHIND_OPENING, '[TOOL_CALLS]', false",
        "MISTRAL, ONE, AT_ONCE, '[TOOL_CALLS]', false",
        "LLAMA, AUTO, BEHIND_OPENING, '<|python_tag|>', true",
        "LLAMA, REQUIRED, AT_ONCE, '', true"
    })
    void beginsWhereTheChoiceOfToolsSays(
            ToolSyntax syntax, Choice.Mode mode, Start start, String opening, boolean repeats) {
        CallGrammar grammar = grammar(syntax, choice(mode));

        assertThat(grammar.start()).isEqualTo(start);
        assertThat(grammar.opening()).isEqualTo(opening.replaceFirst("\\|$", "\n"));
        assertThat(grammar.closing()).isEqualTo(syntax == ToolSyntax.HERMES ? "\n</tool_call>" : "");
        assertThat(grammar.repeats()).isEqualTo(repeats);
    }

    @Test
    void isNoneWhereNothingMayBeCalled() {
        assertThat(CallGrammar.of(Tools.NONE, ToolSyntax.HERMES)).isEmpty();
        assertThat(CallGrammar.of(Tools.of(TIME).withChoice(Choice.NONE), ToolSyntax.HERMES))
                .isEmpty();
    }

    @Test
    void namesOneOfTheToolsAndHoldsItsArgumentsToItsSchema() {
        JsonNode schema = schema(grammar(ToolSyntax.HERMES, Choice.AUTO));

        JsonNode weather = schema.path("anyOf").get(1);
        assertThat(weather.path("properties").path("name").path("const").asString())
                .isEqualTo("weather.now");
        assertThat(weather.path("required").toString()).isEqualTo("[\"name\",\"arguments\"]");
        assertThat(weather.path("additionalProperties").asBoolean(true)).isFalse();
        assertThat(weather.path("properties").path("arguments").path("$ref").asString())
                .isEqualTo("#/$defs/weather.now");
        assertThat(schema.at("/$defs/weather.now/type").asString()).isEqualTo("object");
        assertThat(schema.at("/$defs/time").toString()).isEqualTo("{\"type\":\"object\"}");
    }

    @Test
    void keepsReferencesWithinTheSchemaOfATool() {
        JsonNode weather = schema(grammar(ToolSyntax.HERMES, Choice.AUTO)).at("/$defs/weather.now");

        assertThat(weather.at("/properties/city/$ref").asString()).isEqualTo("#/$defs/weather.now/$defs/city");
        assertThat(weather.at("/properties/self/anyOf/0/$ref").asString()).isEqualTo("#/$defs/weather.now");
        assertThat(weather.at("/$defs/other/items/$ref").asString()).isEqualTo("other.json#/x");
        assertThat(weather.at("/properties/$ref/const/$ref").asString())
                .as("a constant is no reference")
                .isEqualTo("#/a");
        assertThat(weather.has("$id") || weather.has("$schema")).isFalse();
    }

    @Test
    void isAboutTheOneToolThatIsAskedFor() {
        JsonNode schema = schema(grammar(ToolSyntax.LLAMA, Choice.of("time")));

        assertThat(schema.at("/properties/name/const").asString()).isEqualTo("time");
        assertThat(schema.at("/properties/parameters/$ref").asString()).isEqualTo("#/$defs/time");
        assertThat(schema.path("$defs").propertyNames()).containsExactly("time");
    }

    @Test
    void isAListForMistral() {
        JsonNode any = schema(grammar(ToolSyntax.MISTRAL, Choice.REQUIRED));
        JsonNode one = schema(grammar(ToolSyntax.MISTRAL, Choice.of("time")));

        assertThat(any.path("type").asString()).isEqualTo("array");
        assertThat(any.path("minItems").asInt()).isEqualTo(1);
        assertThat(any.has("maxItems")).isFalse();
        assertThat(one.path("maxItems").asInt()).isEqualTo(1);
    }

    /** What keeps to the grammar is read as a call. */
    @ParameterizedTest
    @EnumSource(ToolSyntax.class)
    void describesWhatTheParserReads(ToolSyntax syntax) {
        CallGrammar grammar = grammar(syntax, Choice.REQUIRED);
        String call = "{\"name\":\"time\",\"%s\":{}}".formatted(syntax.argumentsKey());
        String json = schema(grammar).path("type").asString("").equals("array") ? "[" + call + "]" : call;
        AnswerParser parser = new AnswerParser(
                new AnswerSyntax(AnswerSyntax.Thoughts.NONE, java.util.Optional.of(syntax), java.util.Set.of("time")),
                1);

        assertThat(parser.accept(grammar.opening() + json + grammar.closing())).hasSize(1);
        assertThat(parser.finish()).isEmpty();
    }

    private static CallGrammar grammar(ToolSyntax syntax, Choice choice) {
        return CallGrammar.of(new Tools(List.of(TIME, WEATHER), choice), syntax).orElseThrow();
    }

    private static Choice choice(Choice.Mode mode) {
        return mode == Choice.Mode.ONE ? Choice.of("time") : new Choice(mode, java.util.Optional.empty());
    }

    private static JsonNode schema(CallGrammar grammar) {
        return JsonMapper.shared().readTree(grammar.schema());
    }
}
