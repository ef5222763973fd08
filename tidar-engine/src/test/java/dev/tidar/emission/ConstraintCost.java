package dev.tidar.emission;

import dev.tidar.TidarEngine;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Prompt;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.decode.Constraint;
import dev.tidar.text.grammar.Grammar;
import dev.tidar.text.grammar.Grammars;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import dev.tidar.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What a format costs: the time of masks beside that of steps, tokens per forward with the format and without, and the
 * time of a schema's first mask. Answers come from the engine; their steps are then gone through once more with the
 * grammar alone. Prints a report of its own; {@code docs/benchmarks/README.md} says how to run it.
 */
public final class ConstraintCost {

    private static final int MAX_TOKENS = 120;
    private static final List<String> SUBJECTS =
            List.of("Paris", "Tokyo", "Cairo", "Lima", "Oslo", "Nairobi", "Toronto", "Sydney", "Mumbai", "Reykjavik");
    private static final List<AnswerFormat> FORMATS =
            List.of(new AnswerFormat.JsonSchema("""
                    {"type": "object", "properties": {"name": {"type": "string"}, "country": {"type": "string"},
                     "inhabitants": {"type": "integer"}, "capital": {"type": "boolean"}},
                     "required": ["name", "country", "inhabitants", "capital"], "additionalProperties": false}"""), new AnswerFormat.JsonSchema("""
                    {"type": "object", "properties": {"street": {"type": "string", "maxLength": 40},
                     "size": {"enum": ["SMALL", "MEDIUM", "LARGE"]},
                     "sights": {"type": "array", "items": {"type": "string", "maxLength": 30}, "maxItems": 3}},
                     "required": ["street", "size", "sights"], "additionalProperties": false}"""));

    private final TidarEngine engine;
    private final Vocabulary vocabulary;

    private ConstraintCost(TidarEngine engine, Vocabulary vocabulary) {
        this.engine = engine;
        this.vocabulary = vocabulary;
    }

    /** Sums over answers. */
    private static final class Sums {
        private long tokens;
        private long forwards;
        private long steps;
        private long decodeNanos;
        private long maskNanos;

        void add(GenerationResult result, long nanosOfMasks) {
            tokens += result.tokens().size() - 1;
            forwards += result.stats().forwards();
            steps += result.stats().kept().size();
            decodeNanos += result.stats().decode().toNanos();
            maskNanos += nanosOfMasks;
        }
    }

    /** @param args the model folder */
    public static void main(String[] args) throws InterruptedException {
        Path folder = Path.of(args[0]);
        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        try (TidarEngine engine = TidarEngine.load(
                        EngineOptions.builder(folder).contextLength(1024).build());
                Checkpoint checkpoint = Checkpoint.open(folder, Overrides.none())) {
            int[] stopIds = checkpoint.generation().stopIds().stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            new ConstraintCost(engine, new Vocabulary(tokenizer.tokenBytes(), tokenizer.addedTokens(), stopIds)).run();
        }
    }

    private void run() throws InterruptedException {
        run("auto", Decoding.AUTO);
        run("two-pass, draft length 4", Decoding.of(DecodeMode.TWO_PASS).withDraftLength(4));
    }

    private void run(String name, Decoding decoding) throws InterruptedException {
        Sums free = new Sums();
        Sums constrained = new Sums();
        List<Double> firstMasks = new ArrayList<>();
        for (int round = 0; round < 2; round++) { // the first one warms up
            free = new Sums();
            constrained = new Sums();
            for (AnswerFormat format : FORMATS) {
                Grammars grammars = new Grammars(vocabulary);
                long begin = System.nanoTime();
                Grammar grammar = grammars.of(format);
                firstMasks.add((System.nanoTime() - begin) / 1e6);
                for (String subject : SUBJECTS) {
                    free.add(answer(subject, Optional.empty(), decoding), 0);
                    GenerationResult result = answer(subject, Optional.of(format), decoding);
                    constrained.add(result, masks(grammar, result));
                }
            }
        }
        System.out.printf("schema compiled with its first mask, ms, in order: %s%n", firstMasks);
        report(name + ", free", free);
        report(name + ", constrained", constrained);
    }

    private static void report(String name, Sums sums) {
        System.out.printf(
                "%s: %d tokens, %d forwards, %.2f tokens per forward, %.2f ms a step, masks %.3f ms a step (%.2f %%)%n",
                name,
                sums.tokens,
                sums.forwards,
                sums.tokens / (double) sums.forwards,
                sums.decodeNanos / 1e6 / sums.steps,
                sums.maskNanos / 1e6 / sums.steps,
                100.0 * sums.maskNanos / sums.decodeNanos);
    }

    private GenerationResult answer(String subject, Optional<AnswerFormat> format, Decoding decoding)
            throws InterruptedException {
        GenerationRequest.Builder request = GenerationRequest.builder(
                        new Prompt.Chat(List.of(ChatMessage.user("Describe the city of %s.".formatted(subject)))))
                .maxTokens(MAX_TOKENS)
                .temperature(0)
                .decoding(decoding);
        format.ifPresent(request::format);
        return engine.submit(request.build(), GenerationListener.NONE).await();
    }

    /** Time of all that the constraint does in the steps of an answer. */
    private static long masks(Grammar grammar, GenerationResult result) {
        Constraint constraint = AnswerConstraint.of(Optional.of(grammar.start()), Optional.empty());
        LongConsumer uncounted = steps -> {};
        List<Integer> tokens = result.tokens();
        int at = 0;
        long begin = System.nanoTime();
        constraint.allowed(MAX_TOKENS, uncounted);
        constraint = constraint.advance(tokens.get(at++), uncounted).orElseThrow();
        for (int kept : result.stats().kept()) {
            List<Integer> forced = constraint.forced(uncounted);
            List<Constraint> states =
                    constraint.along(forced.isEmpty() ? tokens.subList(at, at + kept - 1) : forced, uncounted);
            for (int row = 0; row < states.size(); row++) {
                states.get(row).allowed(MAX_TOKENS - at - row, uncounted);
            }
            for (int token : tokens.subList(at, at + kept)) {
                constraint = constraint.advance(token, uncounted).orElseThrow();
            }
            at += kept;
        }
        return System.nanoTime() - begin;
    }
}
