package dev.tidar.attack.server;

import dev.tidar.attack.run.Checkout;
import dev.tidar.attack.run.Tally;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * SIGTERM and SIGKILL while the sample loads, idles, streams and drains. The process ends in bounded time; at SIGTERM
 * every open stream gets a {@code done} or an {@code error} event; the next start serves, and the folder for temporary
 * files has no more in it than after an undisturbed run.
 */
public final class SignalAttack {

    private static final int STREAMS = 12;
    private static final Duration DRAIN = Duration.ofSeconds(2);

    /** Draining, an event for each stream, closing, and the end of the JVM, on a busy machine. */
    private static final Duration LONGEST_END = Duration.ofSeconds(12);

    private static final String LONG =
            "{\"messages\": [{\"role\": \"user\", \"text\": \"Tell me a long story.\"}], \"maxTokens\": 3000}";

    private enum Phase {
        LOADING,
        IDLE,
        STREAMING,
        DRAINING
    }

    private final Path temporary;
    private final Tally tally;

    private SignalAttack(Path temporary, Tally tally) {
        this.temporary = temporary;
        this.tally = tally;
    }

    public static void run(int cases, long seed, Tally tally) throws IOException, InterruptedException {
        Path temporary = Checkout.scratch("signals").resolve("tmp");
        Checkout.delete(temporary);
        Files.createDirectories(temporary);
        var attack = new SignalAttack(temporary, tally);
        boolean whole = cases >= Phase.values().length;
        if (whole) {
            attack.undisturbed();
        }
        Set<String> files = attack.files();
        for (int i = 0; i < cases; i++) {
            attack.one(Phase.values()[(i + 2) % 4], (i + i / 4) % 2 == 0, seed + i);
        }
        attack.undisturbed();
        Set<String> left = new TreeSet<>(attack.files());
        left.removeAll(files);
        if (whole && !left.isEmpty()) {
            tally.failed("files are left in the folder for temporary files: " + left);
        }
    }

    private Sample launch() throws IOException {
        return Sample.launch(
                "signals",
                List.of("-Xmx1g", "-Djava.io.tmpdir=" + temporary),
                List.of(
                        "--tidar.shutdown.drain-time=" + DRAIN.toSeconds() + "s",
                        "--spring.lifecycle.timeout-per-shutdown-phase=5s"));
    }

    /** A run that ends by itself: it shows that starts work, and what one leaves. */
    private void undisturbed() throws IOException, InterruptedException {
        try (Sample sample = launch()) {
            if (sample.awaitPort(Sample.LONGEST_START).isEmpty()) {
                tally.failed("the start after a signal does not serve: "
                        + sample.process().tail());
                return;
            }
            sample.answer();
            sample.process().terminate();
            if (!sample.process().awaitEnd(LONGEST_END)) {
                tally.failed("an idle process does not end after SIGTERM");
            }
        }
    }

    private void one(Phase phase, boolean terminate, long seed) throws IOException, InterruptedException {
        String name = (terminate ? "SIGTERM" : "SIGKILL") + " while " + phase;
        try (Sample sample = launch()) {
            List<CompletableFuture<String>> streams = List.of();
            if (phase == Phase.LOADING) {
                TimeUnit.MILLISECONDS.sleep(500 + 1100 * (seed % 4));
            } else if (sample.awaitPort(Sample.LONGEST_START).isEmpty()) {
                tally.failed(name + ": the start before does not serve: "
                        + sample.process().tail());
                return;
            }
            if (phase == Phase.STREAMING || phase == Phase.DRAINING) {
                streams = streams(sample);
            }
            if (phase == Phase.DRAINING) {
                sample.process().terminate();
                TimeUnit.MILLISECONDS.sleep(500);
            }
            signal(sample, terminate);
            long start = System.nanoTime();
            if (!sample.process().awaitEnd(LONGEST_END)) {
                tally.failed("%s: the process has not ended after %s: %s"
                        .formatted(name, LONGEST_END, sample.process().tail()));
                return;
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            tally.figure("%s: ended with exit code %d after %.1f s%s"
                    .formatted(name, sample.process().exitCode(), seconds, terminate ? ends(name, streams) : ""));
            tally.served();
        }
    }

    private static void signal(Sample sample, boolean terminate) {
        if (terminate) {
            sample.process().terminate();
        } else {
            sample.process().kill();
        }
    }

    /** Counts the streams that were told of the end; each other one is a failure. */
    private String ends(String name, List<CompletableFuture<String>> streams) {
        int told = 0;
        for (CompletableFuture<String> stream : streams) {
            String body = stream.join();
            if (body.contains("event:done") || body.contains("event:error") || body.startsWith("503")) {
                told++;
            } else {
                tally.failed(
                        name + ": a stream ended without a word: …" + body.substring(Math.max(0, body.length() - 150)));
            }
        }
        return streams.isEmpty() ? "" : ", %d of %d streams were told".formatted(told, streams.size());
    }

    /** Starts streams, and waits until they are under way; each yields its text, also where it was cut. */
    private static List<CompletableFuture<String>> streams(Sample sample) throws IOException, InterruptedException {
        List<CompletableFuture<String>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            streams.add(CompletableFuture.supplyAsync(() -> stream(sample), work -> {
                Thread thread = new Thread(work, "attack-stream");
                thread.setDaemon(true);
                thread.start();
            }));
        }
        for (int i = 0; i < 200; i++) {
            HttpResponse<String> engine = sample.get("/api/engine");
            if (engine.body().contains("\"running\":" + STREAMS)) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        TimeUnit.MILLISECONDS.sleep(500);
        return streams;
    }

    private static String stream(Sample sample) {
        try {
            byte[] request = OddRequest.json("stream", OddRequest.Expectation.ANSWER, LONG)
                    .bytes();
            RawHttp.Answer answer = RawHttp.send(sample.port(), request, false, Duration.ofSeconds(60));
            return answer.status()
                            .filter(status -> status == 503)
                            .map(status -> "503 ")
                            .orElse("")
                    + answer.text();
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    /** Names of all that is in the folder for temporary files. */
    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.map(file -> temporary.relativize(file).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
