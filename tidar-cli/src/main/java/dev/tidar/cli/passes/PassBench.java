package dev.tidar.cli.passes;

import dev.tidar.TidarEngine;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationStats;
import dev.tidar.api.Prompt;
import dev.tidar.cli.passes.PassReport.Pass;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Measures the time of a forward by its rows: so many sequences decode autoregressively beside each other, after
 * prompts of one token. Each number of rows is measured once a round, with a plain read of memory between, so that a
 * drift of the machine meets all of them.
 */
public final class PassBench {

    private static final int FORWARDS = 12;

    private final TidarEngine engine;
    private final List<Integer> rows;
    private final int repeats;
    private final PrintWriter log;

    /**
     * @param engine runs as many sequences as the largest number of rows; the caller closes it
     * @param rows numbers of rows, the one that the others are compared with first
     * @param repeats rounds after one to warm up
     * @param log receives a line for each round
     */
    public PassBench(TidarEngine engine, List<Integer> rows, int repeats, PrintWriter log) {
        this.engine = engine;
        this.rows = List.copyOf(rows);
        this.repeats = repeats;
        this.log = log;
    }

    public PassReport run() throws InterruptedException {
        EngineStatus status = engine.status();
        long bytes = weightBytes(status.model());
        boolean onProcessor = status.device().startsWith("cpu");
        MemoryRead read =
                new MemoryRead(onProcessor ? bytes : 0, Runtime.getRuntime().availableProcessors());
        Map<Integer, Double> millis = new TreeMap<>();
        double fastest = 0;
        for (int round = 0; round <= repeats; round++) {
            for (int count : rows) {
                double time = millisPerForward(count);
                if (round > 0) {
                    millis.merge(count, time, Math::min);
                }
                fastest = Math.max(fastest, read.bytesPerSecond());
            }
            log.println((round == 0 ? "warm-up" : "round " + round) + String.format(Locale.ROOT, ": %s", millis));
            log.flush();
        }
        log.printf("read %x%n", read.sum());
        return report(status, bytes, onProcessor ? OptionalDouble.of(fastest) : OptionalDouble.empty(), millis);
    }

    private static long weightBytes(EngineStatus.ModelFacts model) {
        int bytes = switch (model.weights()) {
            case INT8 -> 1;
            case BF16 -> 2;
            case F32, AUTO -> 4;
        };
        return bytes * model.parameters();
    }

    /** The time of a forward in which all sequences decode: that of the last one to begin. */
    private double millisPerForward(int sequences) throws InterruptedException {
        int token = engine.status().model().maskTokenId().orElse(-1) == 0 ? 1 : 0;
        GenerationRequest request = GenerationRequest.builder(new Prompt.Tokens(List.of(token)))
                .maxTokens(FORWARDS + 1)
                .temperature(0)
                .ignoreStopIds(true)
                .decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))
                .build();
        List<Generation> together = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            together.add(engine.submit(request, GenerationListener.NONE));
        }
        double shortest = Double.MAX_VALUE;
        for (Generation generation : together) {
            GenerationStats stats = generation.await().stats();
            shortest = Math.min(shortest, stats.decode().toNanos() / 1e6 / stats.forwards());
        }
        return shortest;
    }

    private PassReport report(EngineStatus status, long bytes, OptionalDouble readBytes, Map<Integer, Double> millis) {
        double first = millis.getOrDefault(rows.get(0), 1.0);
        return new PassReport(
                status.model().name(),
                status.model().weights().name().toLowerCase(Locale.ROOT),
                status.device(),
                status.backend(),
                Runtime.version().toString(),
                repeats,
                bytes,
                readBytes.isPresent() ? readBytes.getAsDouble() / 1e9 : null,
                millis.entrySet().stream()
                        .map(pass -> new Pass(
                                pass.getKey(),
                                pass.getValue(),
                                pass.getValue() / first,
                                readBytes.isPresent() ? bytes * 1e3 / pass.getValue() / readBytes.getAsDouble() : null))
                        .toList());
    }
}
