package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineStatus.Candidate;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.Limits;
import dev.tidar.cli.InspectReport.KvReport;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Loads a model with every check of an application's start, and prints what the engine reports of it. */
@Command(name = "inspect", description = "Load a model folder, check it, and show what the engine reports of it.")
final class InspectCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelFlags model = new ModelFlags();

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = Output.of(spec);
        Limits limits = model.limits().build();
        try (TidarEngine engine = model.load(limits, kv -> kv)) {
            InspectReport report = InspectReport.of(engine.status(), limits);
            if (json) {
                JsonOutput.print(out, report);
            } else {
                print(out, report);
            }
        }
        return 0;
    }

    private static void print(PrintWriter out, InspectReport report) {
        ModelFacts model = report.model();
        line(out, "model", model.name());
        line(out, "family", model.family());
        line(out, "parameters", format("%,d", model.parameters()));
        line(out, "weights", Choices.asWritten(model.weights()));
        model.storedAs().ifPresent(format -> line(out, "stored as", format));
        line(out, "context", format("%,d tokens", model.contextLength()));
        line(out, "mask token", orElse(model.maskTokenId(), "none: plain autoregressive model"));
        line(out, "block size", orElse(model.blockSize(), "none"));
        line(out, "drafting", model.drafting());
        line(out, "draft adapter", model.draftAdapter() ? "yes" : "no");
        line(out, "chat", model.chat() ? "yes" : "no: token ids or plain text only");
        line(out, "device", report.device());
        line(out, "kernels", report.backend());
        line(out, "state", Choices.asWritten(report.state()));
        report.degradations().forEach(degradation -> line(out, "degraded", degradation));
        print(out, report.kv());
        print(out, report.limits());
        line(out, "auto", report.layout().chosen());
        line(out, "because", report.layout().reason());
        report.layout().candidates().forEach(candidate -> line(out, "", describe(candidate)));
    }

    private static void print(PrintWriter out, KvReport kv) {
        line(
                out,
                "KV memory",
                format(
                        "%.1f MiB: %.1f leased, %.1f cached, %.1f free",
                        mebibytes(kv.bytes()),
                        mebibytes(kv.leasedBytes()),
                        mebibytes(kv.cachedBytes()),
                        mebibytes(kv.freeBytes())));
    }

    private static void print(PrintWriter out, Limits limits) {
        line(
                out,
                "limits",
                format(
                        "%d requests run together, %d wait, for %d s at most",
                        limits.maxRunning(),
                        limits.maxQueued(),
                        limits.maxQueueWait().toSeconds()));
        line(
                out,
                "",
                format(
                        "prompts of %,d characters, %s; %s emitted; %s a request",
                        limits.maxPromptCharacters(),
                        tokens(limits.maxPromptTokens()),
                        tokens(limits.maxNewTokens()),
                        limits.maxRequestTime()
                                .map(time -> time.toSeconds() + " s")
                                .orElse("any time")));
        line(
                out,
                "",
                format(
                        "%s prompt rows a forward, %d ms beside others that decode; stalls from %d s on, ends at %d s",
                        limits.prefillChunk().isPresent()
                                ? limits.prefillChunk().getAsInt()
                                : "512 on a GPU, else 64",
                        limits.maxStep().toMillis(),
                        limits.stallWarning().toSeconds(),
                        limits.stallLimit().toSeconds()));
    }

    private static String tokens(OptionalInt max) {
        return max.isPresent() ? max.getAsInt() + " tokens" : "as many tokens as the context has room for";
    }

    private static double mebibytes(long bytes) {
        return bytes / 1048576.0;
    }

    private static String describe(Candidate candidate) {
        return format(
                "%-40s %8.2f ms a step, %5.2f tokens a step, %8.1f tokens/s",
                candidate.name(), candidate.stepMillis(), candidate.tokensPerStep(), candidate.tokensPerSecond());
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    private static String orElse(OptionalInt value, String otherwise) {
        return value.isPresent() ? Integer.toString(value.getAsInt()) : otherwise;
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf("%-14s %s%n", name, value);
    }
}
