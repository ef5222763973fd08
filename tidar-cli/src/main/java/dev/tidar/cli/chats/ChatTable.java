package dev.tidar.cli.chats;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalDouble;

/** Shows a report on chats as a table for people. */
public final class ChatTable {

    private ChatTable() {}

    public static void print(PrintWriter out, ChatReport report) {
        ChatReport.Setting setting = report.setting();
        line(
                out,
                "%s, %s weights, on %s, %s kernels, Java %s",
                setting.model(),
                setting.weights(),
                setting.device(),
                setting.backend(),
                setting.jvm());
        line(
                out,
                "%d requests: %d chats in turns and %d prompts that stand alone, one after the other in the order of seed %d; "
                        + "at most %d tokens an answer; %d different blocks of %d bytes",
                report.requests(),
                report.chats(),
                report.oneShots(),
                report.seed(),
                report.maxTokens(),
                report.differentBlocks(),
                setting.blockBytes());
        out.println();
        line(
                out,
                "%-16s %8s %8s %9s %9s %8s  %s",
                "memory",
                "KV MiB",
                "prompts",
                "found",
                "of turns",
                "LRU",
                "ms to first token: turn 1, turn 2, turns 2.. p50, p99, one-shots");
        report.runs().forEach(row -> print(out, row));
        out.println();
        line(out, "answers equal in all runs: %s", report.tokensEqual() ? "yes" : "NO");
    }

    private static void print(PrintWriter out, ChatReport.Row row) {
        line(
                out,
                "%-16s %8.1f %8d %9s %9s %8s  %.0f, %.0f, %.0f, %.0f, %.0f",
                row.memory(),
                row.kvBytes() / 1048576.0,
                row.promptTokens(),
                percent(OptionalDouble.of(row.cachedShare())),
                percent(OptionalDouble.of(row.cachedShareOfTurns())),
                percent(row.lruShare()),
                row.firstTurnMillis(),
                row.secondTurnMillis(),
                row.laterTurnsMillis(),
                row.laterTurnsP99Millis(),
                row.oneShotMillis());
    }

    private static String percent(OptionalDouble share) {
        return share.isPresent() ? String.format(Locale.ROOT, "%.2f %%", 100 * share.getAsDouble()) : "-";
    }

    private static void line(PrintWriter out, String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
    }
}
