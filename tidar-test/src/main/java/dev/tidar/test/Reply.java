package dev.tidar.test;

import dev.tidar.api.GenerationRequest;
import dev.tidar.api.TidarException;
import dev.tidar.api.ToolCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One answer of a {@link TidarScript}: what the model says, in steps of how many tokens, and how it ends. Immutable,
 * but for the gates in it, which open once.
 *
 * <p>The tokens of the scripted model are the bytes of UTF-8. As everywhere with TiDAR, the first chunk of an answer
 * has one token, and each chunk after it has those of one step.
 */
public final class Reply {

    /** Tokens of a step at most. */
    public static final int LONGEST_STEP = 16;

    private static final int USUAL_STEP = 8;

    /** Room behind a text, so that a grammar does not lead it to its end. */
    private static final int SLACK = 256;

    private static final String CALL_BEGIN = "<tool_call>\n";
    private static final String CALL_END = "\n</tool_call>";

    /** Where an answer ends that nothing cuts short. */
    private enum End {
        /** Where the text does, whatever the request sets as {@code max-tokens}. */
        WITH_ITS_TEXT,
        /** There too, but as if {@code max-tokens} had cut off what would follow. */
        CUT_OFF,
        /** Where the request's {@code max-tokens}, counted in bytes, are reached. */
        WITHIN_MAX_TOKENS
    }

    /**
     * Something that happens before a byte of the text is emitted.
     *
     * @param at the number of bytes before it
     * @param event waits, or throws what fails the request
     * @param release ends the waiting
     */
    record Place(int at, Runnable event, Runnable release) {}

    private final String text;
    private final List<Place> places;
    private final int tokensPerStep;
    private final End end;
    private final Optional<TidarException> rejection;

    private Reply(String text, List<Place> places, int tokensPerStep, End end, Optional<TidarException> rejection) {
        this.text = text;
        this.places = List.copyOf(places);
        this.tokensPerStep = tokensPerStep;
        this.end = end;
        this.rejection = rejection;
    }

    /**
     * A text. Where the request asks for a format, it must keep to it, as a model would: a JSON object has its
     * properties in the order of the schema. Otherwise the answer fails with the place from where on it does not.
     */
    public static Reply text(String text) {
        return new Reply(text, List.of(), USUAL_STEP, End.WITH_ITS_TEXT, Optional.empty());
    }

    /** Thoughts, which come before everything else. */
    public static Reply thoughts(String text) {
        return text("<think>" + text + "</think>");
    }

    /**
     * A call of a tool. Where the request does not offer this tool, it is text.
     *
     * @param arguments JSON text of an object
     */
    public static Reply toolCall(String tool, String arguments) {
        var call = new ToolCall("checks-both", tool, arguments);
        return text("%s{\"name\": \"%s\", \"arguments\": %s}%s"
                .formatted(CALL_BEGIN, call.name(), call.arguments(), CALL_END));
    }

    /** No answer: the engine throws this when the request is submitted. */
    public static Reply rejection(TidarException failure) {
        return new Reply("", List.of(), USUAL_STEP, End.WITH_ITS_TEXT, Optional.of(failure));
    }

    /**
     * This and what follows it, with the steps and the end of this one.
     *
     * @throws IllegalArgumentException if one of them is a rejection
     */
    public Reply then(Reply next) {
        if (rejection.isPresent() || next.rejection.isPresent()) {
            throw new IllegalArgumentException("a rejected request has no answer, so nothing can come before or after");
        }
        String before = text.endsWith(CALL_END) && next.text.startsWith(CALL_BEGIN) ? text + "\n" : text;
        List<Place> all = new ArrayList<>(places);
        next.places.forEach(place -> all.add(new Place(length(before) + place.at(), place.event(), place.release())));
        return new Reply(before + next.text, all, tokensPerStep, end, rejection);
    }

    /** This and more text. */
    public Reply then(String next) {
        return then(text(next));
    }

    /** The engine waits at the gate, once it has emitted what this says so far. */
    public Reply waitingAt(Gate gate) {
        return withPlace(gate::pass, gate::open);
    }

    /**
     * The forward after what this says so far fails, and with it, as in a device, all requests that run at this moment.
     * They end with this failure if it is a {@link dev.tidar.api.DeviceException}, which ends the engine as well if it
     * is a lasting one, and else with a {@link dev.tidar.api.GenerationFailedException} that names it.
     */
    public Reply failing(RuntimeException failure) {
        return withPlace(
                () -> {
                    throw failure;
                },
                () -> {});
    }

    private Reply withPlace(Runnable event, Runnable release) {
        List<Place> all = new ArrayList<>(places);
        all.add(new Place(length(text), event, release));
        return new Reply(text, all, tokensPerStep, end, rejection);
    }

    /** Ends as if the limit of the request had cut it off: its finish reason is LENGTH. */
    public Reply cutOff() {
        return new Reply(text, places, tokensPerStep, End.CUT_OFF, rejection);
    }

    /** Keeps to {@code max-tokens} of the request, in bytes; otherwise an answer comes whole. */
    public Reply withinMaxTokens() {
        return new Reply(text, places, tokensPerStep, End.WITHIN_MAX_TOKENS, rejection);
    }

    /** Emits this number of tokens in each step, in [1, {@value #LONGEST_STEP}], in place of {@value #USUAL_STEP}. */
    public Reply tokensPerStep(int tokens) {
        if (tokens < 1 || tokens > LONGEST_STEP) {
            throw new IllegalArgumentException(
                    "tokens per step must be in [1, %d], but are %d".formatted(LONGEST_STEP, tokens));
        }
        return new Reply(text, places, tokens, end, rejection);
    }

    Optional<TidarException> rejection() {
        return rejection;
    }

    List<Place> places() {
        return places;
    }

    int tokensPerStep() {
        return tokensPerStep;
    }

    boolean isWithinMaxTokens() {
        return end == End.WITHIN_MAX_TOKENS;
    }

    byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The request with the limit that this answer wants, under a seed by which the network knows whose tokens it makes.
     */
    GenerationRequest fit(GenerationRequest request, long seed) {
        var builder = request.toBuilder()
                .sampling(request.sampling().toBuilder().seed(seed).build());
        return switch (end) {
            case WITH_ITS_TEXT ->
                builder.maxTokens(length(text) + SLACK).minTokens(0).build();
            case CUT_OFF ->
                builder.maxTokens(Math.max(1, length(text))).minTokens(0).build();
            case WITHIN_MAX_TOKENS -> builder.build();
        };
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
