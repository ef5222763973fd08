package dev.tidar.attack.run;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the cases of an attack on several threads. */
public final class Parallel {

    private Parallel() {}

    /** Tries one case. */
    @FunctionalInterface
    public interface Case {
        void run(int number) throws Exception;
    }

    /** Runs cases 0 to count - 1, and returns when all have ended. A case that throws is a failed one. */
    public static void run(int threads, int count, Tally tally, Case body) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "attacker");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                all.add(pool.submit(() -> {
                    body.run(number);
                    return null;
                }));
            }
            for (int i = 0; i < count; i++) {
                try {
                    all.get(i).get();
                } catch (ExecutionException e) {
                    tally.failed("case %d: %s".formatted(i, e.getCause()));
                }
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
