package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Limits;
import dev.tidar.cli.bench.NamedPrompt;
import dev.tidar.cli.bench.Prompts;
import dev.tidar.cli.serving.ServingBench;
import dev.tidar.cli.serving.ServingPlan;
import dev.tidar.cli.serving.ServingReport;
import dev.tidar.cli.serving.ServingTable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures throughput and latency by the number of requests in flight. */
@Command(
        name = "bench-serving",
        description = "Measure throughput, time to first token and gaps between tokens with many requests at once.",
        sortOptions = false)
final class BenchServingCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelFlags model = new ModelFlags();

    @Option(names = "--prompts", paramLabel = "FILE", description = "As for bench. Default: built-in chat prompts.")
    private @Nullable Path prompts;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "32",
            converter = Choices.Positive.class,
            description = "Requests of a load; where there are fewer prompts they are used again. Default: 32.")
    private int requests;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "64",
            converter = Choices.Positive.class,
            description = "Tokens that each prompt emits; stop ids end nothing. Default: 64.")
    private int maxTokens;

    @Option(
            names = "--concurrency",
            paramLabel = "LIST",
            defaultValue = "1,2,4,8,16",
            split = ",",
            hideParamSyntax = true,
            converter = Choices.Concurrency.class,
            description = "Requests in flight at once. Default: 1,2,4,8,16.")
    private List<Integer> concurrencies = List.of();

    @Option(
            names = "--modes",
            paramLabel = "LIST",
            defaultValue = "autoregressive,auto",
            split = ",",
            hideParamSyntax = true,
            converter = Choices.Mode.class,
            description = "Modes to measure. Default: autoregressive,auto.")
    private List<DecodeMode> modes = List.of();

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "2",
            converter = Choices.Positive.class,
            description = "Measured rounds after one warm-up round. Default: 2.")
    private int repeats;

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Output.of(spec);
        int max = Collections.max(concurrencies);
        Limits limits = model.limits().maxRunning(max).maxQueued(max).build();
        try (TidarEngine engine = model.load(limits, kv -> kv.withReuse(false))) {
            boolean chat = engine.status().model().chat();
            List<NamedPrompt> given = Prompts.read(prompts, chat, requests);
            List<NamedPrompt> repeated = IntStream.range(0, requests)
                    .mapToObj(i -> given.get(i % given.size()))
                    .toList();
            var plan = new ServingPlan(repeated, concurrencies, modes, maxTokens, repeats);
            ServingReport report =
                    new ServingBench(engine, plan, Output.commandLine(spec).getErr()).run();
            if (json) {
                JsonOutput.print(out, report);
            } else {
                ServingTable.print(out, report);
            }
            if (!report.tokensEqual()) {
                throw new CommandFailedException("loads emitted different tokens: " + report.differences());
            }
        }
        return 0;
    }
}
