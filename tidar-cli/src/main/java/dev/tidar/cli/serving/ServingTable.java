package dev.tidar.cli.serving;

import java.io.PrintWriter;
import java.util.Locale;

/** Shows reports as tables for people. */
public final class ServingTable {

    private ServingTable() {}

    public static void print(PrintWriter out, ServingReport report) {
        line(
                out,
                "%s, %s weights, on %s, %s kernels, Java %s, KV memory %d MiB",
                report.model(),
                report.weights(),
                report.device(),
                report.backend(),
                report.jvm(),
                report.kvBytes() >> 20);
        line(
                out,
                "%d prompts of %d tokens together, %d tokens an answer, greedy, stop ids ignored; %d rounds",
                report.prompts(),
                report.promptTokens(),
                report.maxTokens(),
                report.repeats());
        out.println();
        line(
                out,
                "%-15s %11s %9s %6s %10s %12s %12s %10s %10s  %s",
                "mode",
                "concurrency",
                "tokens/s",
                "gain",
                "tokens/fwd",
                "TTFT p50 ms",
                "TTFT p99 ms",
                "gap p50 ms",
                "gap p99 ms",
                "layouts at the end");
        report.loads().forEach(row -> print(out, row));
        out.println();
        line(out, "tokens equal under all loads and in all rounds: %s", report.tokensEqual() ? "yes" : "NO");
    }

    private static void print(PrintWriter out, ServingReport.Row row) {
        line(
                out,
                "%-15s %11d %9.1f %6s %10.2f %12.0f %12.0f %10.1f %10.1f  %s%s",
                row.mode(),
                row.concurrency(),
                row.tokensPerSecond(),
                row.gain().isPresent()
                        ? String.format(Locale.ROOT, "%.2f", row.gain().getAsDouble())
                        : "-",
                row.tokensPerForward(),
                row.firstTokenP50(),
                row.firstTokenP99(),
                row.gapP50(),
                row.gapP99(),
                String.join("; ", row.layouts()),
                row.preemptions() == 0 ? "" : "; %d preemptions".formatted(row.preemptions()));
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
    }
}
