package dev.tidar.text.grammar;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** Generates answers of models that try to break out of a grammar, and validates answers independently. */
final class Answers {

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private Answers() {}

    /** A model that prefers certain characters; the score of a token is noise plus this preference. */
    enum Model {
        UNIFORM(text -> 0),
        WHITE_SPACE(text -> count(text, " \t\n\r")),
        QUOTES(text -> count(text, "\"\\'")),
        DIGITS(text -> count(text, "0123456789.eE-+")),
        NESTING(text -> count(text, "[{") - count(text, "]}")),
        LETTERS(text -> count(text, "abcdefghijklmnopqrstuvwxyz")),
        HALF_CHARACTERS(text -> text.codePoints().filter(c -> c > 127).count()),
        LONG(String::length);

        private final ToDoubleFunction<String> preference;

        Model(ToDoubleFunction<String> preference) {
            this.preference = preference;
        }

        private static double count(String text, String characters) {
            return text.chars().filter(c -> characters.indexOf(c) >= 0).count();
        }

        /** The preference for each token, {@code [ids]}. */
        double[] scores(Vocabulary vocabulary) {
            double[] scores = new double[vocabulary.size()];
            for (int id = 0; id < scores.length; id++) {
                scores[id] = preference.applyAsDouble(new String(vocabulary.bytes(id), StandardCharsets.UTF_8));
            }
            return scores;
        }
    }

    /**
     * Generates an answer of at most {@code budget} tokens, the stop id not counted.
     *
     * @throws AssertionError if no token is allowed before the answer is complete
     */
    static String generate(Vocabulary vocabulary, Grammar grammar, int budget, double[] scores, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        GrammarState state = grammar.start();
        for (int left = budget; left > 0; left--) {
            TokenMask mask = state.mask(left);
            int best = -1;
            double highest = Double.NEGATIVE_INFINITY;
            for (int id = mask.next(0); id >= 0; id = mask.next(id + 1)) {
                double score = scores[id] + random.nextDouble(1.5);
                if (score > highest) {
                    highest = score;
                    best = id;
                }
            }
            if (best < 0) {
                throw new AssertionError("no token is allowed after " + answer + " with " + left + " left");
            }
            if (vocabulary.isStop(best)) {
                break;
            }
            answer.writeBytes(vocabulary.bytes(best));
            state = state.advance(best).orElseThrow();
        }
        if (!state.isAccepting()) {
            throw new AssertionError("incomplete: " + answer);
        }
        return utf8(answer.toByteArray());
    }

    private static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("not UTF-8", e);
        }
    }

    /** Whether a grammar of {@link Vocabularies#BYTES} allows a text. */
    static boolean allows(Grammar grammar, String text) {
        GrammarState state = grammar.start();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            var next = state.advance(b & 0xff);
            if (next.isEmpty()) {
                return false;
            }
            state = next.get();
        }
        return state.isAccepting();
    }

    /** An independent validator, which also checks formats. */
    static Schema validator(String schema) {
        return REGISTRY.getSchema(schema, InputFormat.JSON);
    }

    static List<Error> faults(Schema validator, String instance) {
        return validator.validate(
                instance,
                InputFormat.JSON,
                context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
    }
}
