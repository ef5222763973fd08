package dev.tidar.attack.engine;

import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Groups;
import dev.tidar.api.Prompt;
import dev.tidar.api.Sampling;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Draws requests of every kind that an application could make, by intention or not. */
final class OddGenerations {

    /** Tokens of context of the engine that gets these requests. Some prompts are longer. */
    static final int CONTEXT = 1024;

    private static final List<Duration> TIMES = List.of(
            Duration.ofNanos(1),
            Duration.ofMillis(1),
            Duration.ofMillis(8),
            Duration.ofSeconds(5),
            Duration.ofDays(365),
            Duration.ofNanos(Long.MAX_VALUE),
            Duration.ofMillis(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
            ChronoUnit.FOREVER.getDuration());

    private static final List<AnswerFormat> FORMATS = List.of(
            new AnswerFormat.AnyJson(),
            new AnswerFormat.Regex("[a-z]{1,8}( [a-z]{1,8})*"),
            new AnswerFormat.Regex("(a+)+(b|$)c"),
            new AnswerFormat.Choices(List.of("yes", "no", "yesterday")),
            new AnswerFormat.JsonSchema(
                    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]}"),
            new AnswerFormat.JsonSchema("{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"maxItems\":2}"),
            new AnswerFormat.JsonSchema("{\"not\":{}}"),
            new AnswerFormat.JsonSchema("[".repeat(5000)));

    private static final Tools TOOLS = Tools.of(
            new Tool(
                    "pay",
                    "Pays.",
                    "{\"type\":\"object\",\"properties\":{\"cents\":{\"type\":\"integer\"}},\"required\":[\"cents\"]}"),
            new Tool("wait", "", "{\"type\":\"object\"}"));

    private static final List<Tools.Choice> CHOICES =
            List.of(Tools.Choice.AUTO, Tools.Choice.NONE, Tools.Choice.REQUIRED, Tools.Choice.of("pay"));

    private final SplittableRandom random;

    OddGenerations(SplittableRandom random) {
        this.random = random;
    }

    private boolean oneIn(int cases) {
        return random.nextInt(cases) == 0;
    }

    private <T> T one(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    GenerationRequest request() {
        GenerationRequest.Builder request = GenerationRequest.builder(prompt())
                .maxTokens(random.nextInt(1, 48))
                .sampling(sampling());
        if (oneIn(3)) {
            request.timeout(one(TIMES));
        }
        if (oneIn(4)) {
            request.format(one(FORMATS));
        } else if (oneIn(3)) {
            request.ignoreStopIds(true);
        }
        if (oneIn(4)) {
            request.stopStrings(one(List.of(List.of("the"), List.of(" ", "a"), List.of("x".repeat(200), "."))));
        }
        if (oneIn(6)) {
            request.stopIds(Set.of(random.nextInt(513), 100_000));
        }
        if (oneIn(8)) {
            request.minTokens(random.nextInt(60));
        }
        if (oneIn(6)) {
            request.logProbs(random.nextInt(23));
        }
        if (oneIn(2)) {
            request.decoding(decoding());
        }
        if (oneIn(3)) {
            request.cacheSalt("tenant" + random.nextInt(4));
        }
        return request.build();
    }

    private Prompt prompt() {
        switch (random.nextInt(16)) {
            case 0:
                return new Prompt.Tokens(List.of());
            case 1:
                return new Prompt.Tokens(List.of(1, random.nextInt()));
            case 2:
                return new Prompt.Tokens(Collections.nCopies(random.nextInt(1, CONTEXT * 5 / 4), 300));
            case 3:
                return new Prompt.Text("");
            case 4:
                return new Prompt.Text("\ud800\u0000 \u202e <s></s><mask><unk> \udfff");
            case 5:
                return new Prompt.Text("word ".repeat(random.nextInt(1, CONTEXT * 3 / 4)));
            case 6, 7, 8:
                List<ChatMessage> messages = List.of(ChatMessage.system(text()), ChatMessage.user(text()));
                return new Prompt.Chat(messages).withTools(TOOLS.withChoice(one(CHOICES)));
            case 9, 10:
                return new Prompt.Chat(List.of(ChatMessage.user(text())));
            default:
                return new Prompt.Text(text());
        }
    }

    /** One of few beginnings, so that prompts share blocks. */
    private String text() {
        String beginning = "Once upon a time there was a little girl number " + random.nextInt(6) + " who ";
        return beginning.repeat(random.nextInt(1, 12)) + random.nextInt(1000);
    }

    private Sampling sampling() {
        Sampling.Builder sampling = Sampling.builder();
        if (oneIn(3)) {
            return sampling.temperature(0).build();
        }
        sampling.temperature(one(List.of(0.01, 0.7, 1.0, 100.0))).seed(random.nextLong());
        if (oneIn(3)) {
            sampling.topK(random.nextInt(600))
                    .topP(one(List.of(1e-9, 0.5, 1.0)))
                    .minP(one(List.of(0.0, 0.3, 1.0)));
        }
        if (oneIn(4)) {
            sampling.typicalP(one(List.of(1e-9, 0.9)))
                    .repetitionPenalty(one(List.of(0.01, 1.3, 100.0)))
                    .presencePenalty(-2)
                    .frequencyPenalty(2);
        }
        if (oneIn(6)) {
            sampling.logitBias(Map.of(random.nextInt(512), -100.0, 512, 100.0));
        }
        return sampling.build();
    }

    private Decoding decoding() {
        DecodeMode mode =
                one(List.of(DecodeMode.AUTO, DecodeMode.SINGLE_PASS, DecodeMode.TWO_PASS, DecodeMode.AUTOREGRESSIVE));
        boolean single = mode == DecodeMode.SINGLE_PASS;
        OptionalInt draft = oneIn(2) ? OptionalInt.empty() : OptionalInt.of(random.nextInt(2, 33));
        Optional<Set<Integer>> outcomes =
                single && oneIn(3) ? Optional.of(oneIn(2) ? Set.of(1) : Set.of()) : Optional.empty();
        Groups groups = single && oneIn(3) ? Groups.FORCED_SHORT : Groups.AUTO;
        double beta = single && outcomes.isEmpty() && groups == Groups.AUTO && oneIn(4) ? 0.5 : 1;
        return new Decoding(mode, draft, outcomes, groups, beta);
    }

    /** Cancels some of them, at once or a little later. */
    void cancel(Generation generation) throws InterruptedException {
        if (oneIn(5)) {
            TimeUnit.MICROSECONDS.sleep(random.nextInt(4000));
            generation.cancel();
            generation.cancel();
        }
    }
}
