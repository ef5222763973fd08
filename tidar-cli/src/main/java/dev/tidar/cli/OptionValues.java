package dev.tidar.cli;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.RequestOption;
import dev.tidar.api.RequestOptions;
import dev.tidar.api.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;

/** Values of request options, from the texts of a flag or from the field of a JSON object: one case for each type. */
final class OptionValues {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final List<String> NONE = List.of("none");
    private static final Pattern BIAS = Pattern.compile("(\\d{1,9})=(.+)");

    private OptionValues() {}

    /**
     * Returns these options with one more, from the texts of its flag.
     *
     * @throws InvalidRequestException that begins with the name of the option, if the texts are no value of its type
     */
    @SuppressWarnings("unchecked") // each case makes a value of the option's type
    static <T> RequestOptions with(RequestOptions options, RequestOption<T> option, List<String> texts) {
        if (isAll(option, texts)) {
            return options.without(option);
        }
        String text = texts.get(texts.size() - 1);
        Object value = switch (option.type()) {
            case FLAG -> parsed(option, text, "true or false", OptionValues::flag);
            case INTEGER -> parsed(option, text, "a whole number of 32 bits", Integer::valueOf);
            case LONG -> parsed(option, text, "a whole number of 64 bits", Long::valueOf);
            case NUMBER -> parsed(option, text, "a number", Double::valueOf);
            case TEXT -> text;
            case TEXTS -> List.copyOf(texts);
            case JSON -> schema(option, text);
            case TOKEN_IDS -> ids(option, texts);
            case KEPT_COUNTS -> texts.equals(NONE) ? Set.of() : ids(option, texts);
            case BIAS_BY_TOKEN_ID -> biases(option, texts);
            case MODE -> converted(option, text, new Choices.Mode()::convert);
            case GROUPS -> converted(option, text, new Choices.MaskRows()::convert);
            case DURATION -> duration(option, text);
            case TOOL_CHOICE -> Tools.Choice.valueOf(text);
            case TOOL_CALL_AT_LIMIT -> atLimit(option, text);
        };
        return options.with(option, (T) value);
    }

    /**
     * Returns these options with one more, if the object has its key.
     *
     * @throws InvalidRequestException that begins with the key, if the field is no value of its type
     */
    @SuppressWarnings("unchecked") // each case makes a value of the option's type
    static <T> RequestOptions with(RequestOptions options, RequestOption<T> option, Fields fields) {
        String key = key(option);
        Optional<?> value = switch (option.type()) {
            case FLAG -> fields.flag(key);
            case INTEGER -> fields.integer(key);
            case LONG -> fields.wholeNumber(key);
            case NUMBER -> fields.number(key);
            case TEXT -> fields.text(key);
            case TEXTS -> fields.texts(key);
            case JSON -> fields.value(key, JsonNode::isObject, "an object").map(JsonNode::toString);
            case TOKEN_IDS -> fields.integers(key).map(Set::copyOf);
            case KEPT_COUNTS ->
                isWord(fields, key, "none")
                        ? Optional.of(Set.of())
                        : isWord(fields, key, "all")
                                ? Optional.empty()
                                : fields.integers(key).map(Set::copyOf);
            case BIAS_BY_TOKEN_ID ->
                fields.value(key, OptionValues::isBias, "an object of numbers by token id")
                        .map(OptionValues::biases);
            case MODE -> fields.text(key).map(text -> converted(option, text, new Choices.Mode()::convert));
            case GROUPS -> fields.text(key).map(text -> converted(option, text, new Choices.MaskRows()::convert));
            case DURATION -> fields.text(key).map(text -> duration(option, text));
            case TOOL_CHOICE -> fields.text(key).map(Tools.Choice::valueOf);
            case TOOL_CALL_AT_LIMIT -> fields.text(key).map(text -> atLimit(option, text));
        };
        return value.isPresent() ? options.with(option, (T) value.get()) : options;
    }

    /** The key of an option in a JSON object. */
    static String key(RequestOption<?> option) {
        return option.name().replace('-', '_');
    }

    private static <T> T parsed(RequestOption<?> option, String text, String rule, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw rejected(option, rule, text, e);
        }
    }

    private static Tools.AtLimit atLimit(RequestOption<?> option, String text) {
        return parsed(option, text, "error or hand-over", value -> switch (value) {
            case "error" -> Tools.AtLimit.ERROR;
            case "hand-over" -> Tools.AtLimit.HAND_OVER;
            default -> throw new IllegalArgumentException(value);
        });
    }

    private static InvalidRequestException rejected(
            RequestOption<?> option, String rule, String text, Exception cause) {
        return new InvalidRequestException("%s must be %s, but is '%s'".formatted(option, rule, text), cause);
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Set<Integer> ids(RequestOption<?> option, List<String> texts) {
        return texts.stream()
                .map(text -> parsed(option, text, "whole numbers", Integer::valueOf))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Map<Integer, Double> biases(RequestOption<?> option, List<String> texts) {
        return texts.stream()
                .map(text -> parsed(option, text, "token ids with numbers, such as 7=-100", OptionValues::bias))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, (first, last) -> last));
    }

    private static Map.Entry<Integer, Double> bias(String text) {
        Matcher bias = BIAS.matcher(text);
        if (!bias.matches()) {
            throw new IllegalArgumentException(text);
        }
        return Map.entry(Integer.valueOf(bias.group(1)), Double.valueOf(bias.group(2)));
    }

    private static boolean isBias(JsonNode node) {
        return node.isObject()
                && node.valueStream().allMatch(JsonNode::isNumber)
                && node.propertyNames().stream().allMatch(id -> id.matches("\\d{1,9}"));
    }

    private static Map<Integer, Double> biases(JsonNode byId) {
        return byId.propertyStream()
                .collect(Collectors.toUnmodifiableMap(
                        bias -> Integer.valueOf(bias.getKey()),
                        bias -> bias.getValue().doubleValue(),
                        (first, last) -> last));
    }

    /** All kept counts, which is what an option that is not set means. */
    private static boolean isAll(RequestOption<?> option, List<String> texts) {
        return option.type() == RequestOption.Type.KEPT_COUNTS && texts.equals(List.of("all"));
    }

    /** Whether the object asks for what the option means where it is not set, whatever its default. */
    static boolean isAll(RequestOption<?> option, Fields fields) {
        return option.type() == RequestOption.Type.KEPT_COUNTS && isWord(fields, key(option), "all");
    }

    private static boolean isWord(Fields fields, String key, String word) {
        JsonNode value = fields.object().path(key);
        return value.isString() && value.stringValue().equals(word);
    }

    private static <T> T converted(RequestOption<?> option, String text, Function<String, T> converter) {
        try {
            return converter.apply(text);
        } catch (TypeConversionException e) {
            throw new InvalidRequestException("%s %s".formatted(option, e.getMessage()), e);
        }
    }

    private static Duration duration(RequestOption<?> option, String text) {
        Matcher duration = DURATION.matcher(text);
        if (!duration.matches()) {
            throw new InvalidRequestException(
                    "%s must be a number with ms, s, m or h, but is '%s'".formatted(option, text));
        }
        long number = Long.parseLong(duration.group(1));
        return switch (duration.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    /** A text that begins like an object is the schema itself; another one names a file. */
    private static String schema(RequestOption<?> option, String text) {
        if (text.stripLeading().startsWith("{")) {
            return text;
        }
        try {
            return Files.readString(Path.of(text));
        } catch (IOException e) {
            throw rejected(option, "a schema or a readable UTF-8 file (" + e + ")", text, e);
        }
    }
}
