package dev.tidar.api;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The tools that an answer may call, and whether it has to.
 *
 * @param offered the tools, each with a name of its own, {@value #MAX_TOOLS} at most
 * @param choice which of them the answer may or must call
 * @param atLimit what becomes of a call that the choice requires and that the limit on tokens does not leave room for
 */
public record Tools(List<Tool> offered, Choice choice, AtLimit atLimit) {

    /** Tools of a request at most. */
    public static final int MAX_TOOLS = 128;

    private static final int MAX_NAMES_IN_MESSAGES = 5;

    /** No tools. */
    public static final Tools NONE = new Tools(List.of(), Choice.AUTO);

    /** Tools whose required calls are the model's own or an error. */
    public Tools(List<Tool> offered, Choice choice) {
        this(offered, choice, AtLimit.ERROR);
    }

    public Tools {
        offered = List.copyOf(offered);
        Objects.requireNonNull(choice, "choice");
        Objects.requireNonNull(atLimit, "atLimit");
        if (offered.size() > MAX_TOOLS) {
            throw new InvalidRequestException(
                    "tools must be at most %d, but are %d".formatted(MAX_TOOLS, offered.size()));
        }
        Set<String> names = new HashSet<>();
        for (Tool tool : offered) {
            if (!names.add(tool.name())) {
                throw new InvalidRequestException(
                        "tools must have names of their own, but two are called %s".formatted(tool.name()));
            }
        }
        if (choice.mustCall() && offered.isEmpty()) {
            throw new InvalidRequestException(
                    "tool-choice must be auto or none where no tools are offered, but is %s".formatted(choice));
        }
        choice.tool().ifPresent(name -> {
            if (!names.contains(name)) {
                throw new InvalidRequestException(
                        "tool-choice must name one of the tools %s, but names %s".formatted(some(names), name));
            }
        });
    }

    public static Tools of(Tool... tools) {
        return new Tools(List.of(tools), Choice.AUTO);
    }

    public Tools withChoice(Choice other) {
        return new Tools(offered, other, atLimit);
    }

    public Tools withAtLimit(AtLimit other) {
        return new Tools(offered, choice, other);
    }

    private static String some(Set<String> names) {
        List<String> sorted = names.stream().sorted().toList();
        int shown = Math.min(sorted.size(), MAX_NAMES_IN_MESSAGES);
        String more = shown == sorted.size() ? "" : " and %d more".formatted(sorted.size() - shown);
        return sorted.subList(0, shown) + more;
    }

    /** The tools that an answer may call. Where the choice is none they are not described to the model either. */
    public List<Tool> callable() {
        if (choice.mode() == Choice.Mode.NONE) {
            return List.of();
        }
        return choice.tool().isEmpty()
                ? offered
                : offered.stream()
                        .filter(tool -> tool.name().equals(choice.tool().get()))
                        .toList();
    }

    /** What becomes of a required call that the model does not finish within the limit on tokens. */
    public enum AtLimit {
        /** The request ends with a {@link ToolCallAtLimitException}, which has what the model wrote of the call. */
        ERROR,
        /**
         * The call is led to its end, which the model did not choose, and handed over.
         * {@link GenerationResult#closedByLimit} says where its own text ends.
         */
        HAND_OVER
    }

    /**
     * Whether an answer calls tools.
     *
     * @param mode what it may do
     * @param tool name of the one tool that it must call; present for {@link Mode#ONE} only
     */
    public record Choice(Mode mode, Optional<String> tool) {

        /** What an answer may do. */
        public enum Mode {
            /** Call tools or answer, as the model chooses. */
            AUTO,
            /** Answer; no tool is offered. */
            NONE,
            /** Call at least one tool, and nothing else. */
            REQUIRED,
            /** Call one tool, given by name, and nothing else. */
            ONE
        }

        public static final Choice AUTO = new Choice(Mode.AUTO, Optional.empty());
        public static final Choice NONE = new Choice(Mode.NONE, Optional.empty());
        public static final Choice REQUIRED = new Choice(Mode.REQUIRED, Optional.empty());

        public Choice {
            if ((mode == Mode.ONE) != tool.isPresent()) {
                throw new IllegalArgumentException(
                        "a tool is named if and only if the mode is ONE, but is %s with %s".formatted(mode, tool));
            }
            tool.ifPresent(name -> Tool.requireName("tool-choice", name));
        }

        /** The choice of this text: {@code auto}, {@code none}, {@code required}, or the name of a tool. */
        public static Choice valueOf(String text) {
            return switch (text) {
                case "auto" -> AUTO;
                case "none" -> NONE;
                case "required" -> REQUIRED;
                default -> of(text);
            };
        }

        /** The answer must be a call of this tool. */
        public static Choice of(String tool) {
            return new Choice(Mode.ONE, Optional.of(tool));
        }

        public boolean mustCall() {
            return mode == Mode.REQUIRED || mode == Mode.ONE;
        }

        @Override
        public String toString() {
            return tool.orElse(mode.name().toLowerCase(java.util.Locale.ROOT));
        }
    }
}
