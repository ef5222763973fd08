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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A neighbour generates beside a request with a hostile format, on the embedded model, whose vocabulary is large enough
 * to make masks dear. Figures are its tokens per second and the 99th percentile of its gaps, as ratios to the same
 * beside a request without a format, which is measured in turn with it. Those that are above the aim are measured
 * longer at the end, when the JVM's own compilers have done their work, because without any format, too, a percentile
 * of so few gaps is now and then half as long again as the time before. No time is judged here; that a neighbour is
 * served is.
 */
public final class SchemaAttack {

    public static final int CASES = HostileSchemas.all().size();

    /** Tokens of the neighbour that are measured; the greedy answer is longer. */
    private static final int MEASURED_TOKENS = 128;

    /**
     * Two, so that the percentile is the third of 254 gaps, and a single interruption by the machine does not make it.
     */
    private static final int ROUNDS = 2;

    /** Further rounds for ratios above the aim: with the others the percentile is the eleventh of 1,016 gaps. */
    private static final int MORE_ROUNDS = 6;

    private static final double AIM = 1.5;

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
        try (TidarEngine engine = TidarEngine.load(options)) {
            new SchemaAttack(engine, tally).attack(cases);
        }
    }

    private void attack(int cases) throws InterruptedException {
        measure(Optional.empty()); // warms everything up
        List<Pair> pairs = HostileSchemas.all().entrySet().stream()
                .limit(cases)
                .map(format -> new Pair(format.getKey(), format.getValue()))
                .toList();
        for (Pair pair : pairs) {
            measure(pair, ROUNDS);
        }
        for (Pair pair : pairs) {
            if (pair.longer() > AIM || pair.slower() > AIM) {
                tally.figure("at first " + pair);
                measure(pair, MORE_ROUNDS);
            }
        }
        pairs.forEach(pair -> tally.figure(pair.toString()));
        tally.figure(String.format(
                Locale.ROOT,
                "the worst ratios: tokens/s 1/%.2f, p99 gap x%.2f; the aim is %.1f for both",
                pairs.stream().mapToDouble(Pair::slower).max().orElse(1),
                pairs.stream().mapToDouble(Pair::longer).max().orElse(1),
                AIM));
    }

    private void measure(Pair pair, int rounds) throws InterruptedException {
        for (int round = 0; round < rounds; round++) {
            pair.without.add(measure(Optional.empty()).gaps());
            Measured measured = measure(Optional.of(pair.format));
            pair.with.add(measured.gaps());
            pair.fate = measured.fate();
            count(pair.name, measured);
        }
    }

    /** The neighbour's gaps beside a request with a format, and beside one without. */
    private static final class Pair {
        private final String name;
        private final AnswerFormat format;
        private final Gaps without = new Gaps();
        private final Gaps with = new Gaps();
        private Optional<Throwable> fate = Optional.empty();

        Pair(String name, AnswerFormat format) {
            this.name = name;
            this.format = format;
        }

        double slower() {
            return without.perSecond() / with.perSecond();
        }

        double longer() {
            return with.p99Millis() / without.p99Millis();
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%-36s tokens/s %5.1f, %5.1f (1/%.2f)  p99 gap %5.1f, %5.1f ms (x%.2f)  %s",
                    name,
                    without.perSecond(),
                    with.perSecond(),
                    slower(),
                    without.p99Millis(),
                    with.p99Millis(),
                    longer(),
                    fate.map(Throwable::getMessage).orElse("served"));
        }
    }

    private void count(String name, Measured measured) {
        int tokens = measured.gaps().size() + 1;
        if (tokens < MEASURED_TOKENS) {
            tally.failed(name + ": the neighbour has " + tokens + " tokens");
        } else if (measured.fate().isEmpty()) {
            tally.served();
        } else if (measured.fate().get() instanceof TidarException) {
            tally.rejected();
        } else {
            tally.failed(name + ": " + measured.fate().get());
        }
    }

    /**
     * The gaps between the tokens of the neighbour, in ns, and what became of the hostile requests: the first error of
     * one, if any.
     */
    private record Measured(List<Long> gaps, Optional<Throwable> fate) {}

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
        return new Measured(neighbour.gaps(), fate.get());
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

        synchronized List<Long> gaps() {
            List<Long> gaps = new ArrayList<>();
            for (int i = 1; i < nanos.size(); i++) {
                gaps.add(nanos.get(i) - nanos.get(i - 1));
            }
            return gaps;
        }
    }

    /** Gaps between tokens, in ns, of all rounds. */
    private static final class Gaps {
        private final List<Long> nanos = new ArrayList<>();

        void add(List<Long> gaps) {
            nanos.addAll(gaps);
        }

        double perSecond() {
            return nanos.size()
                    * 1e9
                    / nanos.stream().mapToLong(Long::longValue).sum();
        }

        double p99Millis() {
            if (nanos.isEmpty()) {
                return 0;
            }
            List<Long> ascending = nanos.stream().sorted().toList();
            return ascending.get((int) Math.ceil(0.99 * ascending.size()) - 1) / 1e6;
        }
    }
}
