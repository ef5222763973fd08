package dev.tidar.cli.soak;

import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.Totals;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Results of a soak.
 *
 * @param totals counts of the engine
 * @param invalid invalid requests, which the counts of the engine exclude
 * @param verdicts whether the resources of the process stayed flat
 * @param kvLeasedAtEnd KV memory that is still leased when all requests have ended
 * @param surprises requests that did not end as they should
 */
public record SoakReport(
        Totals totals, int invalid, List<Verdict> verdicts, long kvLeasedAtEnd, List<String> surprises) {

    private static final double MIB = 1 << 20;

    /** The allowed growth of the heap: caches that fill late, and what requests in flight hold at a reading. */
    private static final double HEAP_SLACK_MIB = 32;

    static SoakReport of(List<Reading> readings, EngineStatus idle, int invalid, List<String> surprises) {
        // The last reading is taken after the last request.
        List<Reading> underLoad = readings.subList(0, Math.max(1, readings.size() - 1));
        long leased = idle.kv().bytes() - idle.kv().cachedBytes() - idle.kv().freeBytes();
        return new SoakReport(
                idle.totals(),
                invalid,
                List.of(
                        Verdict.of("heap after GC MiB", underLoad, r -> r.heapBytes() / MIB, 0, HEAP_SLACK_MIB),
                        Verdict.of("RSS MiB", underLoad, r -> r.residentBytes() / MIB, 0.05, 32),
                        Verdict.of("threads", underLoad, Reading::threads, 0, 1),
                        Verdict.of("handles", underLoad, Reading::handles, 0, 1),
                        Verdict.of("KV leased MiB", underLoad, r -> r.kvLeasedBytes() / MIB, 0.25, 1),
                        new Verdict("KV leased at the end", leased, leased, 0)),
                leased,
                List.copyOf(surprises));
    }

    /** Whether all resources stayed flat and every request ended as it should. */
    public boolean passed() {
        return surprises.isEmpty() && verdicts.stream().allMatch(Verdict::isFlat);
    }

    /** The resources that grew, and the requests that did not end as they should. */
    public List<String> faults() {
        return Stream.concat(
                        verdicts.stream().filter(v -> !v.isFlat()).map(Verdict::quantity),
                        surprises.stream().limit(3))
                .toList();
    }

    public void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%d requests: %d finished, %d cancelled, %d invalid, %d failed, %d rejected; %d prompt tokens, %d of them cached, "
                        + "%d tokens emitted, %d preemptions, %d stalls%n",
                totals.finished() + totals.cancelled() + invalid + totals.failed() + totals.rejected(),
                totals.finished(),
                totals.cancelled(),
                invalid,
                totals.failed(),
                totals.rejected(),
                totals.promptTokens(),
                totals.cachedTokens(),
                totals.tokens(),
                totals.preemptions(),
                totals.stalls());
        verdicts.forEach(out::println);
        surprises.stream().distinct().limit(10).forEach(surprise -> out.println("unexpected: " + surprise));
    }
}
