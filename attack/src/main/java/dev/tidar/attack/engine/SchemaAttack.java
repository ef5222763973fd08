package dev.tidar.attack.engine;

import dev.tidar.TidarEngine;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Device;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.attack.run.Checkout;
import dev.tidar.attack.run.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A neighbour generates beside a request with a hostile format, on the embedded model, whose vocabulary is large enough
 * to make masks dear. Figures are its tokens per second and the 99th percentile of its gaps, as ratios to the same
 * beside a request without a format, first in a new JVM, whose own compiler works beside both, then with a new engine
 * in the same one. No time is judged here; that a neighbour is served is.
 */
public final class SchemaAttack {

    public static final int CASES = HostileSchemas.all().size();

    /** Tokens of the neighbour that are measured; the greedy answer is longer. */
    private static final int MEASURED_TOKENS = 128;

    private final TidarEngine engine;
    private final Tally tally;

    private SchemaAttack(TidarEngine engine, Tally tally) {
        this.engine = engine;
        this.tally = tally;
    }

    public static void run(int cases, long seed, Tally tally) throws InterruptedException {
        var options = EngineOptions.builder(Checkout.embeddedModel())
                .device(Device.CPU)
                .threads(1)
                .contextLength(1024)
                .kvCache(KvCacheOptions.DEFAULT.withBytes(256 << 20))
                .limits(Limits.builder().maxRunning(4).build())
                .build();
        for (String jvm : cases < CASES ? List.of("new") : List.of("new", "warm")) {
            try (TidarEngine engine = TidarEngine.load(options)) { // each with caches of its own
                new SchemaAttack(engine, tally).attack(cases, jvm);
            }
        }
    }

    private void attack(int cases, String jvm) throws InterruptedException {
        measure(Optional.empty()); // warms everything up
        Pace plain = measure(Optional.empty()).pace();
        tally.figure("%s JVM, beside a request without a format: %.1f tokens/s, p99 gap %.1f ms"
                .formatted(jvm, plain.perSecond(), plain.p99Millis()));
        double slowest = 1;
        double longest = 1;
        List<Map.Entry<String, AnswerFormat>> all =
                new ArrayList<>(HostileSchemas.all().entrySet());
        for (int i = 0; i < Math.min(cases, all.size()); i++) {
            String name = all.get(i).getKey();
            Measured measured = measure(Optional.of(all.get(i).getValue()));
            Pace pace = measured.pace();
            double slower = plain.perSecond() / pace.perSecond();
            double longer = pace.p99Millis() / plain.p99Millis();
            slowest = Math.max(slowest, slower);
            longest = Math.max(longest, longer);
            tally.figure(String.format(
                    Locale.ROOT,
                    "%-36s tokens/s %6.1f (1/%.2f)  p99 gap %7.1f ms (x%.2f)  %s",
                    name,
                    pace.perSecond(),
                    slower,
                    pace.p99Millis(),
                    longer,
                    measured.fate().map(Throwable::getMessage).orElse("served")));
            count(name, measured);
        }
        tally.figure("%s JVM, the worst ratios: tokens/s 1/%.2f, p99 gap x%.2f; both should be within 1.5"
                .formatted(jvm, slowest, longest));
    }

    private void count(String name, Measured measured) {
        if (measured.pace().tokens() < MEASURED_TOKENS) {
            tally.failed(name + ": the neighbour has " + measured.pace().tokens() + " tokens");
        } else if (measured.fate().isEmpty()) {
            tally.served();
        } else if (measured.fate().get() instanceof TidarException) {
            tally.rejected();
        } else {
            tally.failed(name + ": " + measured.fate().get());
        }
    }

    /** How fast a neighbour was. */
    private record Pace(int tokens, double perSecond, double p99Millis) {}

    /** The pace of the neighbour and what became of the hostile requests: the first error of one, if any. */
    private record Measured(Pace pace, Optional<Throwable> fate) {}

    /** Keeps one request with a format beside the neighbour until that has its tokens. */
    private Measured measure(Optional<AnswerFormat> format) throws InterruptedException {
        var done = new AtomicBoolean();
        var fate = new AtomicReference<Optional<Throwable>>(Optional.empty());
        var attacker = new Thread(
                () -> {
                    while (!done.get() && fate.get().isEmpty()) {
                        try {
                            engine.submit(hostile(format), GenerationListener.NONE)
                                    .await();
                        } catch (InterruptedException e) {
                            return;
                        } catch (RuntimeException | Error e) {
                            fate.set(Optional.of(e));
                        }
                    }
                },
                "attack-schema");
        var neighbour = new Times();
        attacker.start();
        try {
            engine.submit(neighbour(), neighbour).await();
        } finally {
            done.set(true);
            attacker.interrupt();
            attacker.join();
        }
        return new Measured(neighbour.pace(), fate.get());
    }

    private static GenerationRequest neighbour() {
        return request("Tell me a long story about a ship.", MEASURED_TOKENS, Optional.empty());
    }

    private static GenerationRequest hostile(Optional<AnswerFormat> format) {
        return request("Answer at length.", 200, format);
    }

    private static GenerationRequest request(String text, int tokens, Optional<AnswerFormat> format) {
        GenerationRequest.Builder request = GenerationRequest.builder(new Prompt.Text(text))
                .maxTokens(tokens)
                .temperature(0)
                .decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE));
        format.ifPresentOrElse(request::format, () -> request.ignoreStopIds(true));
        return request.build();
    }

    /** When the tokens of the neighbour came. Written on the engine thread, read after its end. */
    private static final class Times implements GenerationListener {
        private final List<Long> nanos = new ArrayList<>();

        @Override
        public synchronized void onChunk(TokenChunk chunk) {
            chunk.tokens().forEach(token -> nanos.add(System.nanoTime()));
        }

        synchronized Pace pace() {
            if (nanos.size() < 2) {
                return new Pace(nanos.size(), 0, 0);
            }
            List<Long> gaps = new ArrayList<>();
            for (int i = 1; i < nanos.size(); i++) {
                gaps.add(nanos.get(i) - nanos.get(i - 1));
            }
            gaps.sort(null);
            long all = nanos.get(nanos.size() - 1) - nanos.get(0);
            int p99 = (int) Math.ceil(0.99 * gaps.size()) - 1;
            return new Pace(nanos.size(), gaps.size() * 1e9 / all, gaps.get(p99) / 1e6);
        }
    }
}
