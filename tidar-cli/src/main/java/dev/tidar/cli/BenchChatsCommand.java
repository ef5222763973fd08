package dev.tidar.cli;

import dev.tidar.cli.chats.ChatBench;
import dev.tidar.cli.chats.ChatBench.ChatPlan;
import dev.tidar.cli.chats.ChatReport;
import dev.tidar.cli.chats.ChatScript;
import dev.tidar.cli.chats.ChatTable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how much the prefix cache saves in chats of several turns. */
@Command(
        name = "bench-chats",
        description = "Measure how much of the prompts of chats with several turns is found in the prefix cache.",
        sortOptions = false)
final class BenchChatsCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelFlags model = new ModelFlags();

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description = "JSON with system, chats and one_shots. Default: built in, 8 chats of 6 turns and 21 prompts "
                    + "that stand alone.")
    private @Nullable Path script;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "96",
            converter = Choices.Positive.class,
            description = "Tokens of an answer at most. Default: 96.")
    private int maxTokens;

    @Option(
            names = "--tight",
            paramLabel = "SHARE",
            defaultValue = "0.5",
            converter = Choices.Share.class,
            description = "Tight memory as a part of all blocks that the script fills. Default: 0.5.")
    private double tight;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            converter = Choices.Seed.class,
            description = "Seed of the order of requests. Default: 1.")
    private long seed;

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Output.of(spec);
        var plan = new ChatPlan(model.folder(), ChatScript.read(script), seed, maxTokens, tight);
        ChatReport report = new ChatBench(
                        change -> model.load(model.limits().build(), change),
                        plan,
                        Output.commandLine(spec).getErr())
                .run();
        if (json) {
            JsonOutput.print(out, report);
        } else {
            ChatTable.print(out, report);
        }
        if (!report.tokensEqual()) {
            throw new CommandFailedException("answers must not depend on the prefix cache, but do");
        }
        return 0;
    }
}
