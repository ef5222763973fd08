package dev.tidar.cli;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.RequestOption;
import dev.tidar.api.RequestOptions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Gives a command a flag for each option of a request, and reads their values. */
final class RequestFlags implements IModelTransformer {

    /** All options except those of tools, because the command line offers none. */
    static final List<RequestOption<?>> OPTIONS = RequestOption.ALL.stream()
            .filter(option -> option != RequestOption.TOOL_CHOICE && option != RequestOption.TOOL_CALL_AT_LIMIT)
            .toList();

    private static final RequestOptions DEFAULTS =
            RequestOptions.NONE.with(RequestOption.TEMPERATURE, 0.0).with(RequestOption.MAX_TOKENS, 256);

    @Override
    public CommandSpec transform(CommandSpec command) {
        OPTIONS.forEach(option -> command.addOption(flag(option)));
        return command;
    }

    private static OptionSpec flag(RequestOption<?> option) {
        OptionSpec.Builder flag = OptionSpec.builder("--" + option.name())
                .paramLabel(label(option))
                .hideParamSyntax(true)
                .description(option.help() + byDefault(option));
        return switch (option.type()) {
            case FLAG ->
                flag.type(String.class)
                        .arity("0..1")
                        .fallbackValue("true")
                        .hideParamSyntax(false)
                        .build();
            case TEXTS, TOKEN_IDS, KEPT_COUNTS, BIAS_BY_TOKEN_ID ->
                list(flag, option).build();
            default -> flag.type(String.class).build();
        };
    }

    /** A flag for a list may be given several times. A stop string may have commas in it. */
    private static OptionSpec.Builder list(OptionSpec.Builder flag, RequestOption<?> option) {
        flag.type(List.class).auxiliaryTypes(String.class);
        return option == RequestOption.STOP ? flag : flag.splitRegex(",");
    }

    private static String label(RequestOption<?> option) {
        return switch (option.type()) {
            case FLAG -> "true|false";
            case INTEGER, LONG -> "N";
            case NUMBER -> "X";
            case TEXT -> "TEXT";
            case TEXTS -> option == RequestOption.STOP ? "TEXT" : "A,B";
            case JSON -> "FILE|JSON";
            case TOKEN_IDS -> "1,2,3";
            case KEPT_COUNTS -> "all|none|1,4";
            case BIAS_BY_TOKEN_ID -> "ID=BIAS";
            case MODE -> "MODE";
            case GROUPS -> "auto|full|short|forced-short";
            case DURATION -> "TIME";
            case TOOL_CHOICE -> "TOOL";
            case TOOL_CALL_AT_LIMIT -> "error|hand-over";
        };
    }

    private static String byDefault(RequestOption<?> option) {
        return DEFAULTS.get(option).map(value -> " Default: " + value + ".").orElse("");
    }

    /**
     * The options that the flags of a command set, and the defaults of the command line.
     *
     * @throws ParameterException naming the flag, if a value is out of range or does not fit another one
     */
    static RequestOptions options(@Nullable CommandSpec command) {
        CommandSpec spec = Objects.requireNonNull(command, "spec");
        try {
            RequestOptions options = RequestOptions.NONE;
            for (RequestOption<?> option : OPTIONS) {
                Optional<List<String>> texts = texts(spec, option);
                options = texts.isPresent() ? OptionValues.with(options, option, texts.get()) : options;
            }
            options = options.orElse(DEFAULTS);
            options.request(new Prompt.Chat(List.of(ChatMessage.user("any")))).build();
            return options;
        } catch (InvalidRequestException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private static Optional<List<String>> texts(CommandSpec command, RequestOption<?> option) {
        Object value = command.findOption("--" + option.name()).getValue();
        if (value instanceof List<?> texts) {
            return Optional.of(texts.stream().map(String::valueOf).toList());
        }
        return Optional.ofNullable(value).map(text -> List.of(String.valueOf(text)));
    }
}
