package dev.tidar.attack.engine;

import dev.tidar.attack.run.Checkout;
import dev.tidar.attack.run.Child;
import dev.tidar.attack.run.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The longest prompts that an engine takes by default, from four threads beside two normal clients, in a process with
 * {@code -Xmx512m} and the embedded model. Each prompt is served or rejected, the normal clients are served, and the
 * process stays alive.
 */
public final class PromptAttack {

    private static final Duration LONGEST_RUN = Duration.ofMinutes(10);

    private PromptAttack() {}

    public static void run(int cases, long seed, Tally tally) throws IOException, InterruptedException {
        Path log = Checkout.scratch("logs").resolve("prompts.log");
        List<String> arguments =
                List.of(Checkout.embeddedModel().toString(), String.valueOf(cases), String.valueOf(seed));
        List<String> options = List.of("-Xmx512m");
        try (Child child = Child.start(log, Child.java(options, PromptChild.class, arguments), builder -> {})) {
            boolean ended = child.awaitEnd(LONGEST_RUN);
            child.output().lines().forEach(line -> count(line, tally));
            if (!ended) {
                tally.failed("the process has not ended: " + child.tail());
            } else if (child.exitCode() != 0) {
                tally.failed("the process ended with exit code %d: %s".formatted(child.exitCode(), child.tail()));
            }
        }
    }

    private static void count(String line, Tally tally) {
        if (line.startsWith(FileChild.SERVED)) {
            tally.served();
        } else if (line.startsWith(FileChild.REJECTED)) {
            tally.rejected();
        } else if (line.startsWith(FileChild.FAILED)) {
            tally.failed(line.substring(FileChild.FAILED.length()));
        } else if (line.startsWith(PromptChild.FIGURE)) {
            tally.figure(line.substring(PromptChild.FIGURE.length()));
        }
    }
}
