package dev.tidar.attack;

import dev.tidar.attack.engine.EngineAttack;
import dev.tidar.attack.engine.FileAttack;
import dev.tidar.attack.engine.PromptAttack;
import dev.tidar.attack.engine.SchemaAttack;
import dev.tidar.attack.run.Attack;
import dev.tidar.attack.run.Tally;
import dev.tidar.attack.server.ClientAttack;
import dev.tidar.attack.server.EnvironmentAttack;
import dev.tidar.attack.server.HeapAttack;
import dev.tidar.attack.server.HttpAttack;
import dev.tidar.attack.server.SignalAttack;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Runs attacks one after the other and reports what became of their cases. {@code tools/attack} starts it.
 *
 * <p>Arguments: names of attacks, all if none is given; {@code --cases=N} in place of those of a full run,
 * {@code --seed=S}, {@code --report=FILE} for a page of the figures. The exit status is 0 if no case failed.
 */
public final class Main {

    /** Every attack there is. */
    static final List<Attack> ATTACKS = List.of(
            new Attack("http", "odd requests against the running sample", HttpAttack.CASES, HttpAttack::run),
            new Attack(
                    "files", "damaged files of a model folder, so many of each of eight kinds", 2000, FileAttack::run),
            new Attack("engine", "mixed requests in one engine, with faults of listeners", 10_000, EngineAttack::run),
            new Attack("signals", "SIGTERM and SIGKILL in each phase of the sample", 8, SignalAttack::run),
            new Attack("heap", "the sample with -Xmx200m to -Xmx1200m", HeapAttack.CASES, HeapAttack::run),
            new Attack(
                    "environments", "the sample on strange machines", EnvironmentAttack.CASES, EnvironmentAttack::run),
            new Attack("vanishing", "clients that disconnect from their stream", 1000, ClientAttack::vanishing),
            new Attack("slow", "clients that send or read slowly", 500, ClientAttack::slow),
            new Attack("schemas", "hostile schemas beside a neighbour", SchemaAttack.CASES, SchemaAttack::run),
            new Attack(
                    "prompts", "prompts of 524,288 characters beside normal ones at -Xmx512m", 100, PromptAttack::run));

    /** What the command line asks for. */
    private record Options(List<Attack> attacks, Optional<Integer> cases, long seed, Optional<Path> report) {}

    private Main() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = System.out; // an attack may redirect the standard streams
        Options options = parse(arguments);
        var report = new Report(options.seed());
        int failed = 0;
        for (Attack attack : options.attacks()) {
            var clock = new Cost.Clock();
            Tally tally = attack.run(options.cases().orElse(attack.cases()), options.seed());
            Cost cost = clock.read();
            out.printf("%-13s %s  %s%n", attack.name(), tally, cost);
            tally.figures().forEach(line -> out.println("    " + line));
            tally.failures().forEach(line -> out.println("  ! " + line));
            report.add(attack, tally, cost);
            failed += tally.failedCount();
            if (options.report().isPresent()) {
                report.write(options.report().get()); // after each, so that a break leaves what was found
            }
        }
        System.exit(failed == 0 ? 0 : 1);
    }

    private static Options parse(String[] arguments) {
        List<Attack> chosen = new ArrayList<>();
        Optional<Integer> cases = Optional.empty();
        long seed = 1;
        Optional<Path> report = Optional.empty();
        for (String argument : arguments) {
            String value = argument.substring(argument.indexOf('=') + 1);
            if (argument.startsWith("--cases=")) {
                cases = Optional.of(Integer.valueOf(value));
            } else if (argument.startsWith("--seed=")) {
                seed = Long.parseLong(value);
            } else if (argument.startsWith("--report=")) {
                report = Optional.of(Path.of(value));
            } else {
                chosen.add(named(argument));
            }
        }
        return new Options(chosen.isEmpty() ? ATTACKS : chosen, cases, seed, report);
    }

    static Attack named(String name) {
        return ATTACKS.stream()
                .filter(attack -> attack.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "an argument must be --cases=N, --seed=S, --report=FILE or one of %s, but is %s"
                                .formatted(
                                        Arrays.toString(ATTACKS.stream()
                                                .map(Attack::name)
                                                .toArray()),
                                        name)));
    }
}
