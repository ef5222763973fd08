package dev.tidar.cli.bench;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;

/** A report as a table for people. */
public final class BenchTable {

    private BenchTable() {}

    public static void print(PrintWriter out, BenchReport report) {
        out.printf(
                Locale.ROOT,
                "%s, %s weights, on %s, %s kernels, Java %s%n",
                report.model(),
                report.weights(),
                report.device(),
                report.backend(),
                report.jvm());
        out.printf(
                Locale.ROOT,
                "%d prompts of %d tokens together, at most %d tokens an answer, greedy; medians of %d rounds%n%n",
                report.prompts(),
                report.promptTokens(),
                report.maxTokens(),
                report.repeats());
        out.printf(
                "%-32s %10s %10s %9s %10s %11s %9s  %s%n",
                "layout",
                "prompt t/s",
                "decode t/s",
                "warm-up",
                "tokens/fwd",
                "ms/forward",
                "TTFT ms",
                "steps that kept 1, 2, ... tokens");
        report.layouts().forEach(row -> print(out, row));
        out.println();
        out.println("auto: " + report.autoChoice() + ". " + report.autoReason());
        out.println("tokens equal in all layouts and rounds: " + (report.tokensEqual() ? "yes" : "NO"));
        out.println("peak memory: " + memory(report.peakMemory()));
    }

    private static void print(PrintWriter out, BenchReport.Row row) {
        String histogram = row.keptHistogram().entrySet().stream()
                .map(entry -> entry.getKey() + ":" + entry.getValue())
                .collect(Collectors.joining(" "));
        out.printf(
                Locale.ROOT,
                "%-32s %10.1f %10.1f %9.1f %10.2f %11.2f %9.0f  %s%n",
                row.layout(),
                row.promptTokensPerSecond(),
                row.decodeTokensPerSecond(),
                row.warmUpDecodeSpeed(),
                row.tokensPerForward(),
                row.millisPerForward(),
                row.timeToFirstTokenMillis(),
                histogram);
    }

    private static String memory(PeakMemory peak) {
        String heap = "heap %d MiB".formatted(peak.heapBytes() >> 20);
        return peak.residentBytes().isPresent()
                ? "process %d MiB, %s".formatted(peak.residentBytes().getAsLong() >> 20, heap)
                : heap;
    }
}
