package dev.tidar.text.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.AtLimit;
import dev.tidar.api.Tools.Choice;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import dev.tidar.text.answer.StructuralTags.AnyOf;
import dev.tidar.text.answer.StructuralTags.AnyText;
import dev.tidar.text.answer.StructuralTags.AnyTextUntil;
import dev.tidar.text.answer.StructuralTags.Cuttable;
import dev.tidar.text.answer.StructuralTags.Formatted;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code StructuralTagsGrammarTest} tests the grammars of structural tags. */
@DisplayName("The structural tags of a request")
class StructuralTagsTest {

    private static final Tool TIME = new Tool("time", "", "{}");
    private static final Tool WEATHER = new Tool("weather.now", "", """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "x",
             "properties": {"city": {"$ref": "#/$defs/city"}, "$ref": {"const": {"$ref": "#/a"}}, "self": {"anyOf": [{"$ref": "#"}]}},
             "$defs": {"city": {"type": "string"}, "other": {"items": {"$ref": "other.json#/x"}}}}
            """);

    private static final Optional<AnswerFormat> YES_OR_NO = Optional.of(new AnswerFormat.Choices(List.of("yes", "no")));

    @Test
    void areAbsentIfAnyTextWillDo() {
        assertThat(StructuralTags.of(AnswerSyntax.PLAIN, Tools.NONE, Optional.empty()))
                .isEmpty();
        assertThat(StructuralTags.of(
                        new AnswerSyntax(Thoughts.MAY_COME, Optional.empty(), Set.of()), Tools.NONE, Optional.empty()))
                .isEmpty();
    }

    @Test
    void areAFormatAndNothingElseIfThereAreNoToolsAndNoThoughts() {
        assertThat(StructuralTags.of(AnswerSyntax.PLAIN, Tools.NONE, YES_OR_NO))
                .contains(new Formatted(YES_OR_NO.get()));
    }

    @ParameterizedTest
    @EnumSource(ToolSyntax.class)
    void haveFreeTextOnlyIfToolsMayButNeedNotBeCalled(ToolSyntax syntax) {
        assertThat(parts(tags(syntax, Choice.AUTO, Optional.empty()))).hasAtLeastOneElementOfType(AnyText.class);
        for (Choice choice : List.of(Choice.REQUIRED, Choice.of("time"))) {
            assertThat(parts(tags(syntax, choice, Optional.empty())))
                    .doesNotHaveAnyElementsOfTypes(AnyText.class, AnyTextUntil.class);
        }
        assertThat(parts(tags(syntax, Choice.AUTO, YES_OR_NO)))
                .doesNotHaveAnyElementsOfTypes(AnyText.class, AnyTextUntil.class)
                .contains(new Formatted(YES_OR_NO.get()));
    }

    @ParameterizedTest
    @EnumSource
    void beginWithThoughtsIfTheyMayCome(Thoughts thoughts) {
        AnswerSyntax syntax = new AnswerSyntax(thoughts, Optional.empty(), Set.of());
        StructuralTags tags = StructuralTags.of(syntax, Tools.NONE, YES_OR_NO).orElseThrow();

        AnyTextUntil free = new AnyTextUntil(AnswerParser.CLOSE_THOUGHTS, Optional.empty());
        assertThat(parts(tags).contains(free)).isEqualTo(thoughts != Thoughts.NONE);
    }

    @ParameterizedTest
    @EnumSource(ToolSyntax.class)
    void letTheLimitCutCallsButNoFormatAndNoCallThatIsHandedOver(ToolSyntax syntax) {
        assertThat(tags(syntax, Choice.AUTO, Optional.empty())).isInstanceOf(Cuttable.class);
        assertThat(tags(syntax, Choice.REQUIRED, YES_OR_NO)).isInstanceOf(Cuttable.class);
        assertThat(tags(syntax, Choice.of("time"), Optional.empty())).isInstanceOf(Cuttable.class);
        assertThat(((AnyOf) tags(syntax, Choice.AUTO, YES_OR_NO)).choices())
                .hasAtLeastOneElementOfType(Formatted.class)
                .hasAtLeastOneElementOfType(Cuttable.class);
        Tools handedOver = new Tools(List.of(TIME), Choice.REQUIRED, AtLimit.HAND_OVER);
        assertThat(StructuralTags.of(
                        new AnswerSyntax(Thoughts.NONE, Optional.of(syntax), Set.of("time")),
                        handedOver,
                        Optional.empty()))
                .isNotEmpty()
                .get()
                .isNotInstanceOf(Cuttable.class);
    }

    @Test
    void nameOneOfTheToolsAndConstrainItsArgumentsToItsSchema() {
        JsonNode schema = schema(ToolSyntax.HERMES, Choice.AUTO);

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
    void keepReferencesWithinTheSchemaOfATool() {
        JsonNode weather = schema(ToolSyntax.HERMES, Choice.AUTO).at("/$defs/weather.now");

        assertThat(weather.at("/properties/city/$ref").asString()).isEqualTo("#/$defs/weather.now/$defs/city");
        assertThat(weather.at("/properties/self/anyOf/0/$ref").asString()).isEqualTo("#/$defs/weather.now");
        assertThat(weather.at("/$defs/other/items/$ref").asString()).isEqualTo("other.json#/x");
        assertThat(weather.at("/properties/$ref/const/$ref").asString())
                .as("a constant is no reference")
                .isEqualTo("#/a");
        assertThat(weather.has("$id") || weather.has("$schema")).isFalse();
    }

    @Test
    void areAboutTheOneToolThatIsAskedFor() {
        JsonNode schema = schema(ToolSyntax.LLAMA, Choice.of("time"));

        assertThat(schema.at("/properties/name/const").asString()).isEqualTo("time");
        assertThat(schema.at("/properties/parameters/$ref").asString()).isEqualTo("#/$defs/time");
        assertThat(schema.path("$defs").propertyNames()).containsExactly("time");
    }

    @Test
    void areAListForMistral() {
        JsonNode any = schema(ToolSyntax.MISTRAL, Choice.REQUIRED);
        JsonNode one = schema(ToolSyntax.MISTRAL, Choice.of("time"));

        assertThat(any.path("type").asString()).isEqualTo("array");
        assertThat(any.path("minItems").asInt()).isEqualTo(1);
        assertThat(any.path("maxItems").asInt()).isEqualTo(128);
        assertThat(one.path("maxItems").asInt()).isEqualTo(1);
    }

    private static StructuralTags tags(ToolSyntax syntax, Choice choice, Optional<AnswerFormat> format) {
        Tools tools = new Tools(List.of(TIME, WEATHER), choice);
        Set<String> names = tools.callable().stream().map(Tool::name).collect(Collectors.toSet());
        return StructuralTags.of(new AnswerSyntax(Thoughts.NONE, Optional.of(syntax), names), tools, format)
                .orElseThrow();
    }

    /** The parts that have no parts themselves. */
    private static List<StructuralTags> parts(StructuralTags tags) {
        Stream<StructuralTags> inner = tags instanceof StructuralTags.Sequence turn
                ? turn.parts().stream()
                : tags instanceof StructuralTags.Cuttable cuttable
                        ? Stream.of(cuttable.part())
                        : tags instanceof StructuralTags.AnyOf any
                                ? any.choices().stream()
                                : tags instanceof StructuralTags.Repeated repeated
                                        ? Stream.of(repeated.part(), repeated.end())
                                        : Stream.of();
        List<StructuralTags> found = inner.flatMap(part -> parts(part).stream()).collect(Collectors.toList());
        return found.isEmpty() ? List.of(tags) : found;
    }

    /** The first schema in the tags of a request. */
    private static JsonNode schema(ToolSyntax syntax, Choice choice) {
        return parts(tags(syntax, choice, Optional.empty())).stream()
                .filter(part -> part instanceof Formatted value && value.format() instanceof AnswerFormat.JsonSchema)
                .map(part -> ((AnswerFormat.JsonSchema) ((Formatted) part).format()).text())
                .map(JsonMapper.shared()::readTree)
                .findFirst()
                .orElseThrow();
    }
}
