package dev.tidar.api;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What the value of an option must be.
 *
 * @param text completes "must": {@code be in [0, 1]}
 * @param holds whether a value keeps to it
 * @param actual completes "but" for a value that does not: {@code is 1.5}
 */
record Rule<T>(String text, Predicate<T> holds, Function<T, String> actual) {

    static final List<Rule<Double>> TEMPERATURE = is("be 0 or in [0.01, 100]", t -> t == 0 || t >= 0.01 && t <= 100);

    static final List<Rule<Double>> SHARE = is("be in (0, 1]", p -> p > 0 && p <= 1);

    static final List<Rule<Duration>> POSITIVE = is("be positive", time -> !time.isNegative() && !time.isZero());

    static final List<Rule<Map<Integer, Double>>> BIASES = List.of(
            size("tokens", Sampling.MAX_LOGIT_BIASES, Map::size),
            has("values in [-100, 100]", b -> b.values().stream().allMatch(Rule::isBias), Rule::badBiases));

    static final List<Rule<List<String>>> STOP_STRINGS = List.of(
            size("texts", GenerationRequest.MAX_STOP_STRINGS, List::size),
            has(
                    "texts of 1 to %d characters".formatted(GenerationRequest.MAX_STOP_STRING_LENGTH),
                    texts -> texts.stream().allMatch(Rule::isStop),
                    texts -> "one of "
                            + texts.stream()
                                    .filter(t -> !isStop(t))
                                    .findFirst()
                                    .orElse("")
                                    .length()));

    static final List<Rule<Set<Integer>>> STOP_IDS = List.of(size("ids", GenerationRequest.MAX_STOP_IDS, Set::size));

    static final List<Rule<List<String>>> CHOICES = List.of(
            has(
                    "1 to %d texts".formatted(AnswerFormat.Choices.MAX_TEXTS),
                    texts -> !texts.isEmpty() && texts.size() <= AnswerFormat.Choices.MAX_TEXTS,
                    List::size),
            size("characters in all", AnswerFormat.Choices.MAX_CHARACTERS, Rule::characters),
            has("no empty text", texts -> texts.stream().noneMatch(String::isEmpty), texts -> "one"));

    static final List<Rule<Set<Integer>>> OUTCOMES = List.of(has(
            "kept counts in [1, %d]".formatted(Decoding.MAX_DRAFT_LENGTH),
            counts -> counts.stream().allMatch(kept -> kept >= 1 && kept <= Decoding.MAX_DRAFT_LENGTH),
            counts -> counts));

    static final List<Rule<String>> SALT = List.of(has(
            "1 to %d visible ASCII characters".formatted(GenerationRequest.MAX_SALT_LENGTH),
            salt -> !salt.isEmpty() && salt.length() <= GenerationRequest.MAX_SALT_LENGTH && isVisible(salt),
            salt -> salt.length() + (isVisible(salt) ? "" : ", not all of them visible ASCII")));

    static <T> List<Rule<T>> none() {
        return List.of();
    }

    /** A number in {@code [min, max]}; NaN is in no range. */
    static <T extends Number> List<Rule<T>> in(double min, double max) {
        return is(
                "be in [%s, %s]".formatted(plain(min), plain(max)),
                v -> v.doubleValue() >= min && v.doubleValue() <= max);
    }

    static List<Rule<Integer>> atLeast(int min) {
        return is("be at least " + min, v -> v >= min);
    }

    private static <T> List<Rule<T>> is(String text, Predicate<T> holds) {
        return List.of(new Rule<>(text, holds, value -> "is " + value));
    }

    private static <T> Rule<T> has(String text, Predicate<T> holds, Function<T, ?> actual) {
        return new Rule<>("have " + text, holds, value -> "has " + actual.apply(value));
    }

    private static <T> Rule<T> size(String items, int max, Function<T, Integer> size) {
        return has("at most %d %s".formatted(max, items), value -> size.apply(value) <= max, size);
    }

    private static boolean isBias(double value) {
        return Math.abs(value) <= 100;
    }

    private static String badBiases(Map<Integer, Double> biases) {
        return biases.entrySet().stream()
                .filter(bias -> !isBias(bias.getValue()))
                .map(bias -> "%s for token %d".formatted(bias.getValue(), bias.getKey()))
                .collect(Collectors.joining(", "));
    }

    private static boolean isStop(String text) {
        return !text.isEmpty() && text.length() <= GenerationRequest.MAX_STOP_STRING_LENGTH;
    }

    private static int characters(Collection<String> texts) {
        return (int) Math.min(
                Integer.MAX_VALUE, texts.stream().mapToLong(String::length).sum());
    }

    private static boolean isVisible(String salt) {
        return salt.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static String plain(double bound) {
        return bound == (int) bound ? String.valueOf((int) bound) : String.valueOf(bound);
    }
}
