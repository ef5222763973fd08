package dev.tidar.cli.soak;

import dev.tidar.TidarEngine;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.cli.bench.Layouts;
import dev.tidar.cli.serving.Ended;
import dev.tidar.cli.serving.InFlight;
import dev.tidar.cli.soak.Mix.Drawn;
import dev.tidar.cli.soak.Mix.Fate;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.Stream;

/**
 * Keeps an engine busy with requests of mixed length, cancels a fifth of them, adds some that the engine must reject,
 * and reads every few seconds how much of each resource the process uses.
 */
public final class Soak {

    private final TidarEngine engine;
    private final SoakPlan plan;
    private final PrintWriter log;
    private final SoakRecord written;
    private final InFlight<Drawn> inFlight;
    private final Mix mix;
    private final PriorityQueue<Cancellation> cancellations = new PriorityQueue<>();
    private final List<Reading> readings = new ArrayList<>();
    private final List<String> surprises = new ArrayList<>();
    private int invalid;
    private final long start = System.nanoTime();

    /**
     * How a soak runs.
     *
     * @param length how long new requests are submitted
     * @param interval between readings
     * @param concurrency requests in flight
     * @param texts texts that prompts are beginnings of
     */
    public record SoakPlan(Duration length, Duration interval, int concurrency, long seed, List<String> texts) {}

    private record Cancellation(long atNanos, Generation generation) implements Comparable<Cancellation> {
        @Override
        public int compareTo(Cancellation other) {
            return Long.compare(atNanos, other.atNanos);
        }
    }

    /**
     * @param engine the caller closes it
     * @param log receives each reading
     * @param written keeps the readings in files
     */
    public Soak(TidarEngine engine, SoakPlan plan, PrintWriter log, SoakRecord written) {
        this.engine = engine;
        this.plan = plan;
        this.log = log;
        this.written = written;
        this.inFlight = new InFlight<>(engine);
        EngineStatus status = engine.status();
        this.mix =
                new Mix(plan.seed(), plan.texts(), modes(status), status.model().contextLength());
    }

    /** The modes that the engine serves. */
    private static List<DecodeMode> modes(EngineStatus status) {
        return Stream.of(DecodeMode.values())
                .filter(mode -> Layouts.serves(mode, status))
                .toList();
    }

    /**
     * Runs until all requests have ended.
     *
     * @throws IOException if the files cannot be written, at the first reading already
     */
    public SoakReport run() throws InterruptedException, IOException {
        long ended = 0;
        while (nanos() < plan.length().toNanos() || inFlight.size() > 0) {
            while (nanos() < plan.length().toNanos() && inFlight.size() < plan.concurrency()) {
                submit(mix.next());
            }
            ended += awaitOne();
            if (nanos() >= nextReading()) {
                read(ended);
            }
        }
        read(ended);
        EngineStatus idle = engine.status();
        return SoakReport.of(readings, idle, invalid, surprises);
    }

    private void submit(Drawn drawn) {
        inFlight.submit(drawn, drawn.request()).ifPresent(generation -> {
            if (drawn.fate() == Fate.CANCEL) {
                cancellations.add(new Cancellation(nanos() + drawn.cancelAfterMillis() * 1_000_000, generation));
            }
        });
    }

    /**
     * Waits until a request has ended, a request is to be cancelled or a reading is due; returns how many requests
     * ended.
     */
    private int awaitOne() throws InterruptedException {
        while (!cancellations.isEmpty() && cancellations.peek().atNanos() <= nanos()) {
            cancellations.remove().generation().cancel();
        }
        long next =
                cancellations.isEmpty() ? Long.MAX_VALUE : cancellations.peek().atNanos() - nanos();
        var ended = inFlight.next(Duration.ofNanos(Math.max(1, Math.min(next, nextReading() - nanos()))));
        ended.ifPresent(this::judge);
        return ended.isPresent() ? 1 : 0;
    }

    /** Checks that a request ended as its fate says; a request that is to be cancelled may have ended before. */
    private void judge(Ended<Drawn> ended) {
        Fate fate = ended.tag().fate();
        invalid += fate == Fate.REJECT ? 1 : 0;
        boolean expected = ended.failure()
                .map(failure -> fate == Fate.REJECT && failure instanceof InvalidRequestException)
                .orElseGet(() -> fate == Fate.CANCEL
                        || fate == Fate.COMPLETE && ended.answer().finishReason() != FinishReason.CANCELLED);
        if (!expected) {
            surprises.add("%s ended with %s"
                    .formatted(
                            fate,
                            ended.failure()
                                    .map(Object::toString)
                                    .orElseGet(
                                            () -> ended.answer().finishReason().toString())));
        }
    }

    private void read(long ended) throws IOException {
        Reading reading = Reading.now(nanos() / 1e9, engine.status(), ended);
        readings.add(reading);
        written.write(readings);
        log.println(reading);
        log.flush();
    }

    private long nextReading() {
        return plan.interval().toNanos() * (readings.size() + 1);
    }

    private long nanos() {
        return System.nanoTime() - start;
    }
}
