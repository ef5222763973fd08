package dev.tidar.cli.soak;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Prompt;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Generates requests of all kinds from one seed. Confined to one thread. */
final class Mix {

    /** The shares of invalid and of cancelled requests among all requests. */
    private static final double INVALID = 0.05;

    private static final double CANCELLED = 0.2;

    private static final int LONGEST_PROMPT = 2_000;
    private static final int LONGEST_ANSWER = 128;
    private static final int LATEST_CANCEL_MILLIS = 3_000;

    private final Random random;
    private final List<String> texts;
    private final List<DecodeMode> modes;
    private final int contextLength;

    /**
     * @param texts prompts are prefixes of these, so that some share a prefix
     * @param modes modes of the requests
     * @param contextLength the context length of the model, in tokens
     */
    Mix(long seed, List<String> texts, List<DecodeMode> modes, int contextLength) {
        this.random = new Random(seed);
        this.texts = List.copyOf(texts);
        this.modes = List.copyOf(modes);
        this.contextLength = contextLength;
    }

    /**
     * One request.
     *
     * @param request what to submit
     * @param fate what the soak does with it or expects of it
     * @param cancelAfterMillis when it is cancelled, if that is its fate
     */
    record Drawn(GenerationRequest request, Fate fate, long cancelAfterMillis) {}

    enum Fate {
        COMPLETE,
        CANCEL,
        REJECT
    }

    Drawn next() {
        double kind = random.nextDouble();
        if (kind < INVALID) {
            return new Drawn(invalid(), Fate.REJECT, 0);
        }
        if (kind < INVALID + CANCELLED) {
            // Without the cancel it would run to the end of the context.
            GenerationRequest endless = valid().ignoreStopIds(true).build();
            return new Drawn(endless, Fate.CANCEL, random.nextInt(LATEST_CANCEL_MILLIS));
        }
        GenerationRequest complete = valid().maxTokens(between(1, Math.min(LONGEST_ANSWER, contextLength / 4)))
                .ignoreStopIds(random.nextBoolean())
                .build();
        return new Drawn(complete, Fate.COMPLETE, 0);
    }

    private GenerationRequest.Builder valid() {
        GenerationRequest.Builder request = GenerationRequest.builder(new Prompt.Text(text()))
                .decoding(Decoding.of(modes.get(random.nextInt(modes.size()))));
        return random.nextBoolean()
                ? request.temperature(0)
                : request.temperature(0.8).seed(random.nextLong());
    }

    /** The beginning of a text, repeated until it is long enough; a token has at least one character. */
    private String text() {
        String text = texts.get(random.nextInt(texts.size()));
        int length = between(16, Math.min(LONGEST_PROMPT, contextLength / 2));
        return text.repeat(1 + length / text.length()).substring(0, length);
    }

    /**
     * A request that an engine has to reject: an empty prompt, an id beyond the vocabulary, or a prompt beyond the
     * context.
     */
    private GenerationRequest invalid() {
        Prompt prompt = switch (random.nextInt(3)) {
            case 0 -> new Prompt.Tokens(List.of());
            case 1 -> new Prompt.Tokens(List.of(1, Integer.MAX_VALUE));
            default -> new Prompt.Tokens(Collections.nCopies(contextLength, 1));
        };
        return GenerationRequest.builder(prompt).maxTokens(8).build();
    }

    /** A random length; short ones are more frequent than long ones, because the logarithm is uniform. */
    private int between(int min, int max) {
        double log = Math.log(min) + random.nextDouble() * (Math.log(max + 1.0) - Math.log(min));
        return Math.min(max, (int) Math.exp(log));
    }
}
