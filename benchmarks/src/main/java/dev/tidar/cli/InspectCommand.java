package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.Candidate;
import dev.tidar.api.EngineStatus.ModelFacts;
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

/** Loads a model and prints what the engine knows of it: every check that an application would meet at its start. */
@Command(name = "inspect", description = "Load a model folder, check it, and show what the engine makes of it.")
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
        try (TidarEngine engine = model.load()) {
            EngineStatus status = engine.status();
            if (json) {
                JsonOutput.print(out, status);
            } else {
                print(out, status);
            }
        }
        return 0;
    }

    private static void print(PrintWriter out, EngineStatus status) {
        ModelFacts model = status.model();
        line(out, "model", model.name());
        line(out, "family", model.family());
        line(out, "parameters", format("%,d", model.parameters()));
        line(out, "weights", Choices.asWritten(model.weights()));
        line(out, "context", format("%,d tokens", model.contextLength()));
        line(out, "mask token", orElse(model.maskTokenId(), "none: plain autoregressive model"));
        line(out, "block size", orElse(model.blockSize(), "none"));
        line(out, "draft adapter", model.draftAdapter() ? "yes" : "no");
        line(out, "chat", model.chat() ? "yes" : "no: token ids or plain text only");
        line(out, "device", status.device());
        line(out, "kernels", status.backend());
        line(out, "KV cache", format("%.1f MiB", status.kv().bytes() / 1048576.0));
        line(out, "auto", status.layout().chosen());
        line(out, "because", status.layout().reason());
        status.layout().candidates().forEach(candidate -> line(out, "", describe(candidate)));
        status.degradations().forEach(degradation -> line(out, "degraded", degradation));
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
