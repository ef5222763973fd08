package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.Limits;
import dev.tidar.cli.bench.Prompts;
import dev.tidar.cli.soak.Soak;
import dev.tidar.cli.soak.Soak.SoakPlan;
import dev.tidar.cli.soak.SoakRecord;
import dev.tidar.cli.soak.SoakReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Keeps an engine busy for a while and checks that nothing grows. */
@Command(
        name = "soak",
        description = "Keep the engine busy with mixed, cancelled and invalid requests, and check that nothing grows.",
        sortOptions = false)
final class SoakCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelFlags model = new ModelFlags();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "600",
            converter = Choices.Positive.class,
            description = "How long requests are submitted. Default: 600.")
    private int seconds;

    @Option(
            names = "--interval",
            paramLabel = "N",
            defaultValue = "10",
            converter = Choices.Positive.class,
            description = "Seconds between readings. Default: 10.")
    private int interval;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "16",
            converter = Choices.Concurrency.class,
            description = "Requests in flight; half of them run together at most. Default: 16.")
    private int concurrency;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            converter = Choices.Seed.class,
            description = "Seed of the requests. Default: 1.")
    private long seed;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Write the readings as comma-separated values to this file.")
    private @Nullable Path csv;

    @Option(names = "--plot", paramLabel = "FILE", description = "Draw the readings as SVG into this file.")
    private @Nullable Path plot;

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Output.of(spec);
        Limits limits = model.limits()
                .maxRunning((concurrency + 1) / 2)
                .maxQueued(concurrency)
                .maxQueueWait(ChronoUnit.FOREVER.getDuration()) // leaks are sought, not speed
                .build();
        List<String> texts = Prompts.builtInTexts();
        var plan = new SoakPlan(Duration.ofSeconds(seconds), Duration.ofSeconds(interval), concurrency, seed, texts);
        try (TidarEngine engine = model.load(limits, kv -> kv)) {
            PrintWriter log = json ? Output.commandLine(spec).getErr() : out;
            SoakReport report = run(
                    new Soak(engine, plan, log, new SoakRecord(Optional.ofNullable(csv), Optional.ofNullable(plot))));
            if (json) {
                JsonOutput.print(out, report);
            } else {
                report.print(out);
            }
            if (!report.passed()) {
                throw new CommandFailedException("the soak failed: " + report.faults());
            }
        }
        return 0;
    }

    private static SoakReport run(Soak soak) throws InterruptedException {
        try {
            return soak.run();
        } catch (IOException e) {
            throw new CommandFailedException("the readings cannot be written: " + e, e);
        }
    }
}
