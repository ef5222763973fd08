package dev.tidar.attack.engine;

import dev.tidar.attack.run.Checkout;
import dev.tidar.attack.run.Child;
import dev.tidar.attack.run.Parallel;
import dev.tidar.attack.run.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Model folders in which one file is damaged. Each must load and answer three tokens, or be rejected by one of the
 * engine's typed errors. They run in processes of their own, because what goes wrong here may end a process; the next
 * process goes on with the next case.
 */
public final class FileAttack {

    /** A process reports each case, and gives one up long before this. */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

    private FileAttack() {}

    /** The kinds of damage, {@code cases} of each. */
    public static void run(int cases, long seed, Tally tally) throws InterruptedException {
        DamagedFile[] kinds = DamagedFile.values();
        Parallel.run(2, kinds.length, tally, number -> {
            Tally one = run(kinds[number], cases, seed);
            one.figure("%s: %s".formatted(kinds[number].name().toLowerCase(Locale.ROOT), one));
            tally.add(one);
        });
    }

    private static Tally run(DamagedFile kind, int cases, long seed) throws IOException, InterruptedException {
        var tally = new Tally();
        Path folder = Checkout.scratch("files").resolve(kind.name());
        Checkout.delete(folder);
        Files.createDirectories(folder);
        Path log = folder.resolve("output");
        int next = 0;
        while (next < cases) {
            List<String> arguments = List.of(
                    kind.name(), String.valueOf(next), String.valueOf(cases), String.valueOf(seed), folder.toString());
            try (Child child =
                    Child.start(log, Child.java(options(folder), FileChild.class, arguments), builder -> {})) {
                boolean ended = child.awaitEndOrSilence(LONGEST_SILENCE);
                String fate = ended ? "ended with exit code " + child.exitCode() : "did not end";
                next = count(child.output(), next, tally);
                if (next < cases) {
                    tally.failed("%s %d: the process %s: %s".formatted(kind, next, fate, child.tail()));
                    next++;
                }
            }
        }
        return tally;
    }

    /** A small heap, and the collector and compiler that cost two processes on two cores least. */
    private static List<String> options(Path temporary) {
        return List.of(
                "-Xmx256m", "-Xss1m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temporary);
    }

    /** Adds what a process reported, and returns the first case that it did not report. */
    private static int count(String output, int first, Tally tally) {
        int next = first;
        for (String line : output.lines().toList()) {
            if (line.startsWith(FileChild.SERVED)) {
                tally.served();
            } else if (line.startsWith(FileChild.REJECTED)) {
                tally.rejected();
            } else if (line.startsWith(FileChild.FAILED)) {
                tally.failed(line.substring(FileChild.FAILED.length()));
            } else {
                continue;
            }
            next++;
        }
        return next;
    }
}
