package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.Limits;
import dev.tidar.cli.bench.Bench;
import dev.tidar.cli.bench.BenchPlan;
import dev.tidar.cli.bench.BenchReport;
import dev.tidar.cli.bench.BenchTable;
import dev.tidar.cli.bench.Layout;
import dev.tidar.cli.bench.Layouts;
import dev.tidar.cli.bench.Prompts;
import dev.tidar.cli.passes.PassBench;
import dev.tidar.cli.passes.PassChart;
import dev.tidar.cli.passes.PassReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a model: the same prompts in every layout, greedy, with the check that all layouts emit the same tokens. */
@Command(
        name = "bench",
        description = "Measure prompt and decode speed of every layout on the same prompts, greedy.",
        sortOptions = false)
final class BenchCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelFlags model = new ModelFlags();

    @Option(
            names = "--prompts",
            paramLabel = "FILE",
            description =
                    "A text file with one user message a line, or JSON lines with chat, prompt, token_ids, question "
                            + "or turns. Default: built-in chat prompts.")
    private @Nullable Path prompts;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "8",
            converter = Choices.Positive.class,
            description = "Prompts to use at most. Default: 8.")
    private int limit;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "64",
            converter = Choices.Positive.class,
            description = "Tokens to emit at most for a prompt. Default: 64.")
    private int maxTokens;

    @Option(
            names = "--modes",
            paramLabel = "LIST",
            defaultValue = "autoregressive,single-pass,two-pass,draft-model,auto",
            split = ",",
            hideParamSyntax = true,
            converter = Choices.Mode.class,
            description = "Modes to measure. Default: all that the model can have.")
    private List<DecodeMode> modes = List.of();

    @Option(
            names = "--draft-lengths",
            paramLabel = "LIST",
            defaultValue = "2,4,8",
            split = ",",
            hideParamSyntax = true,
            converter = Choices.DraftLength.class,
            description = "Draft lengths of the modes that draft. Default: 2,4,8.")
    private List<Integer> draftLengths = List.of();

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "3",
            converter = Choices.Positive.class,
            description = "Measured rounds after one warm-up round. Default: 3.")
    private int repeats;

    @Option(names = "--ignore-eos", description = "Emit stop ids like any other token; end nothing at them.")
    private boolean ignoreEos;

    @Option(
            names = "--passes",
            paramLabel = "FILE",
            description =
                    "Measure the time of a forward by its rows instead, beside a plain read of memory; write it to "
                            + "FILE as JSON, and draw it beside it as SVG.")
    private @Nullable Path passes;

    @Option(
            names = "--rows",
            paramLabel = "LIST",
            defaultValue = "1,2,3,4,6,8,12,16,20,24,32",
            split = ",",
            hideParamSyntax = true,
            converter = Choices.Concurrency.class,
            description = "Rows that --passes measures. Default: 1,2,3,4,6,8,12,16,20,24,32.")
    private List<Integer> rows = List.of();

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (passes != null) {
            measurePasses(passes);
            return 0;
        }
        PrintWriter out = Output.of(spec);
        try (TidarEngine engine = model.load(model.limits().build(), kv -> kv.withReuse(false))) {
            BenchReport report = new Bench(
                            engine,
                            plan(engine.status()),
                            Output.commandLine(spec).getErr())
                    .run();
            if (json) {
                JsonOutput.print(out, report);
            } else {
                BenchTable.print(out, report);
            }
            if (!report.tokensEqual()) {
                throw new CommandFailedException("layouts emitted different tokens: " + report.differences());
            }
        }
        return 0;
    }

    private void measurePasses(Path file) throws InterruptedException, IOException {
        int max = Collections.max(rows);
        Limits limits = model.limits().maxRunning(max).maxQueued(max).build();
        PrintWriter log = Output.commandLine(spec).getErr();
        try (TidarEngine engine = model.load(limits, kv -> kv.withReuse(false))) {
            PassReport report = new PassBench(engine, rows, repeats, log).run();
            String name = file.getFileName().toString().replaceFirst("\\.json$", "");
            Path picture = file.resolveSibling(name + ".svg");
            Files.writeString(file, JsonOutput.toObject(report).toPrettyString() + "\n");
            Files.writeString(picture, PassChart.svg(report));
            JsonOutput.print(Output.of(spec), report);
        }
    }

    private BenchPlan plan(EngineStatus status) {
        ModelFacts facts = status.model();
        List<Layout> layouts = Layouts.toMeasure(modes, draftLengths, status);
        if (layouts.isEmpty()) {
            throw new ParameterException(
                    Output.commandLine(spec),
                    "--modes must have autoregressive or auto, because this model has no mask token");
        }
        return new BenchPlan(Prompts.read(prompts, facts.chat(), limit), layouts, maxTokens, repeats, ignoreEos);
    }
}
