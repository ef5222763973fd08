package dev.tidar.attack.server;

import dev.tidar.attack.run.Parallel;
import dev.tidar.attack.run.Tally;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.TreeMap;

/**
 * The sample with heaps of 200 to 1,200 MB and nothing else set. Each serves, also a prompt as long as it allows beside
 * another one, or ends at its start with a reason that names memory.
 */
public final class HeapAttack {

    private static final int SMALLEST_MB = 200;
    private static final int STEP_MB = 50;

    /** Sizes up to 1,200 MB. */
    public static final int CASES = 21;

    private static final String LONG = "{\"messages\": [{\"role\": \"user\", \"text\": \"%s\"}], \"maxTokens\": 4}"
            .formatted("many words of a long prompt ".repeat(2300));

    private HeapAttack() {}

    /** Tries so many sizes, from the smallest to the largest. */
    public static void run(int cases, long seed, Tally tally) throws InterruptedException, IOException {
        var fates = new TreeMap<Integer, String>();
        String cache = Sample.sharedCache();
        Parallel.run(2, cases, tally, number -> {
            int step = cases == 1 ? 0 : number * (CASES - 1) / (cases - 1);
            int size = SMALLEST_MB + STEP_MB * step;
            String fate = one(size, cache, tally);
            synchronized (fates) {
                fates.put(size, fate);
            }
        });
        fates.forEach((size, fate) -> tally.figure("-Xmx%dm: %s".formatted(size, fate)));
    }

    private static String one(int size, String cache, Tally tally) throws IOException, InterruptedException {
        try (Sample sample = Sample.launch("heap-" + size, List.of("-Xmx" + size + "m"), List.of(cache))) {
            if (sample.awaitPort(Sample.LONGEST_START).isEmpty()) {
                return refusal(size, sample, tally);
            }
            try {
                sample.answer();
                HttpResponse<String> longPrompt = sample.chat(LONG);
                sample.answer();
                if (longPrompt.statusCode() >= 500 && longPrompt.statusCode() != 503) {
                    tally.failed("-Xmx%dm: a long prompt has the status %d".formatted(size, longPrompt.statusCode()));
                    return "failed";
                }
                tally.served();
                return "serves; a prompt of 64,400 characters has the status " + longPrompt.statusCode();
            } catch (IOException e) {
                tally.failed(
                        "-Xmx%dm: %s; %s".formatted(size, e, sample.process().tail()));
                return "failed";
            }
        }
    }

    /** A start that ends must say by name that memory is short. */
    private static String refusal(int size, Sample sample, Tally tally) throws IOException {
        String output = sample.process().output();
        boolean named = output.contains("APPLICATION FAILED TO START") && output.contains("-Xmx");
        if (!sample.process().isAlive() && named && !output.contains("OutOfMemoryError")) {
            tally.rejected();
            return "rejected by name";
        }
        tally.failed("-Xmx%dm: the start %s without a reason that names -Xmx: %s"
                .formatted(
                        size,
                        sample.process().isAlive() ? "hangs" : "ends",
                        sample.process().tail()));
        return "failed";
    }
}
