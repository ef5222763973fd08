package dev.tidar.attack.server;

import dev.tidar.attack.run.Parallel;
import dev.tidar.attack.run.Tally;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Odd requests against the running sample: each ends with a problem detail or a proper answer, never with a status from
 * 500 (other than 503 where it is documented) and never without an end. Afterwards the sample answers as before.
 */
public final class HttpAttack {

    /** The odd requests, and cancelled streams. */
    public static final int CASES = OddRequests.all().size() + 12;

    private static final Duration LONGEST = Duration.ofSeconds(40);
    private static final List<String> SECRETS = List.of("root:x:", "max-in-memory-size", "Implementation-Version:");

    private HttpAttack() {}

    public static void run(int cases, long seed, Tally tally) throws IOException, InterruptedException {
        List<OddRequest> requests = new ArrayList<>(OddRequests.all());
        Collections.shuffle(requests, new Random(seed));
        int cancelled = Math.max(1, cases / 20);
        List<OddRequest> chosen = requests.subList(0, Math.min(requests.size(), Math.max(1, cases - cancelled)));
        try (Sample sample = Sample.serving("http", List.of("-Xmx1g"), List.of(Sample.sharedCache()))) {
            String answer = sample.answer();
            Parallel.run(
                    4,
                    chosen.size(),
                    tally,
                    number -> judge(chosen.get(number), send(sample, chosen.get(number)), tally));
            Parallel.run(4, Math.min(12, cancelled), tally, number -> cancel(sample, number, tally));
            if (!sample.awaitIdle(LONGEST)) {
                tally.failed("the engine still runs requests that nobody reads");
            }
            String after = sample.answer();
            if (!after.equals(answer)) {
                tally.failed("the answer is '%s' and was '%s' before".formatted(after, answer));
            }
            String health = sample.get("/actuator/health").body();
            if (!health.contains("\"UP\"")) {
                tally.failed("health is " + health);
            }
        }
    }

    private static RawHttp.Answer send(Sample sample, OddRequest request) throws IOException {
        return RawHttp.send(sample.port(), request.bytes(), request.thenEnd(), LONGEST);
    }

    private static void judge(OddRequest request, RawHttp.Answer answer, Tally tally) {
        int status = answer.status().orElse(0);
        boolean clientError = status >= 400 && status < 500;
        boolean problem = (clientError || status == 503) && answer.isProblem();
        boolean served = status >= 200 && status < 400;
        boolean right = switch (request.expectation()) {
            case PROBLEM -> problem;
            case ERROR -> clientError || status == 0;
            case ANSWER -> served || status == 503 && problem;
            case EITHER -> problem || served;
            case NO_HARM -> served || clientError || problem || status == 0;
        };
        String said = answer.text().lines().limit(12).reduce("", (all, line) -> all + " | " + line);
        if (answer.hung()) {
            tally.failed("%s: no end after %s:%s".formatted(request.name(), LONGEST, said));
        } else if (SECRETS.stream().anyMatch(answer.text()::contains)) {
            tally.failed("%s: a file that is not served: %s".formatted(request.name(), said));
        } else if (!right) {
            tally.failed("%s: must be %s, but is %d%s".formatted(request.name(), request.expectation(), status, said));
        } else if (served) {
            tally.served();
        } else {
            tally.rejected();
        }
    }

    /** Starts a stream and closes the connection: after the headers, after some events, with and without a reset. */
    private static void cancel(Sample sample, int number, Tally tally) throws IOException {
        String body = "{\"messages\": [{\"role\": \"user\", \"text\": \"Count.\"}], \"maxTokens\": 400}";
        OddRequest request = OddRequest.json("cancel", OddRequest.Expectation.ANSWER, body);
        try (Socket socket = RawHttp.connect(sample.port())) {
            socket.setSoTimeout((int) LONGEST.toMillis());
            socket.getOutputStream().write(request.bytes());
            int events = number % 4;
            if (number % 2 == 0) {
                socket.setSoLinger(true, 0);
            }
            var seen = new StringBuilder();
            byte[] buffer = new byte[512];
            while (events > 0 && seen.toString().split("event:chunk", -1).length <= events) {
                int count = socket.getInputStream().read(buffer);
                if (count < 0) {
                    tally.failed("a stream that was to be cancelled ended: " + seen);
                    return;
                }
                seen.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
        }
        tally.served();
    }
}
