package dev.tidar.attack.server;

import dev.tidar.attack.run.Checkout;
import dev.tidar.attack.run.Parallel;
import dev.tidar.attack.run.Tally;
import dev.tidar.attack.server.StrangeMachine.NotHereException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The sample on strange machines: each start serves with the answer of an ordinary machine, or ends with its reason by
 * name. A machine that cannot be made here, for lack of rights, is listed in the figures.
 */
public final class EnvironmentAttack {

    private static final List<StrangeMachine> MACHINES = StrangeMachine.all();

    public static final int CASES = MACHINES.size();

    private static final long LONGEST_STARTS = TimeUnit.SECONDS.toNanos(90);

    private EnvironmentAttack() {}

    public static void run(int cases, long seed, Tally tally) throws IOException, InterruptedException {
        String answer;
        try (Sample sample = Sample.serving("environment", List.of("-Xmx1g"), List.of(Sample.sharedCache()))) {
            answer = sample.answer();
        }
        Parallel.run(2, Math.min(cases, CASES), tally, number -> one(number, answer, tally));
    }

    private static void one(int number, String answer, Tally tally) throws IOException, InterruptedException {
        StrangeMachine machine = MACHINES.get(number);
        Path folder = Checkout.scratch("environments").resolve(String.valueOf(number));
        machine.unmount(folder);
        Checkout.delete(folder);
        try {
            Sample sample = machine.start("environment-" + number, folder);
            try (sample) {
                judge(machine, sample, answer, tally);
            }
        } catch (NotHereException e) {
            tally.figure("not tried: %s (%s)".formatted(machine.name(), e.getMessage()));
        } finally {
            machine.unmount(folder);
            Checkout.delete(folder);
        }
    }

    private static void judge(StrangeMachine machine, Sample sample, String answer, Tally tally)
            throws IOException, InterruptedException {
        if (!isUp(sample)) {
            String output = sample.process().output();
            boolean named = output.contains("APPLICATION FAILED TO START") && output.contains("Action:");
            if (machine.mayReject() && named && !sample.process().isAlive()) {
                tally.rejected();
            } else {
                tally.failed("%s: %s: %s"
                        .formatted(
                                machine.name(),
                                sample.process().isAlive()
                                        ? "no start"
                                        : "ended with exit code "
                                                + sample.process().exitCode(),
                                sample.process().tail()));
            }
            return;
        }
        try {
            String other = sample.answer();
            if (other.equals(answer)) {
                tally.served();
            } else {
                tally.failed("%s: the answer is '%s', elsewhere '%s'".formatted(machine.name(), other, answer));
            }
        } catch (IOException e) {
            tally.failed(
                    "%s: %s; %s".formatted(machine.name(), e, sample.process().tail()));
        }
    }

    /** Waits for the port in its output, or, where it has none, until the port that it was given answers. */
    private static boolean isUp(Sample sample) throws IOException, InterruptedException {
        if (sample.port() == 0) {
            return sample.awaitPort(Sample.LONGEST_START).isPresent();
        }
        long end = System.nanoTime() + LONGEST_STARTS;
        while (System.nanoTime() < end && sample.process().isAlive()) {
            try {
                return sample.get("/actuator/health").statusCode() == 200;
            } catch (IOException e) {
                Thread.sleep(200);
            }
        }
        return false;
    }
}
