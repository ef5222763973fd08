package dev.tidar.attack.server;

import dev.tidar.attack.run.Checkout;
import dev.tidar.attack.run.Parallel;
import dev.tidar.attack.run.Tally;
import dev.tidar.attack.run.TinyModel;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that vanish from their stream, or send and read slowly, beside two normal ones. The normal ones are served,
 * and afterwards the engine runs nothing. The model is tiny, so that many clients take little time.
 */
public final class ClientAttack {

    private static final int NEIGHBOURS = 2;
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

    /** After this time the server must have given up a client whose request is still incomplete. */
    private static final Duration SLOW_LIMIT = Duration.ofSeconds(60);

    private static final String NORMAL =
            "{\"messages\": [{\"role\": \"user\", \"text\": \"Once upon a time\"}], \"maxTokens\": 30, \"temperature\": 0}";
    private static final String LONG =
            "{\"messages\": [{\"role\": \"user\", \"text\": \"Once upon a time\"}], \"maxTokens\": 3500, \"seed\": 1}";

    private final Sample sample;
    private final Tally tally;
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger neighboursServed = new AtomicInteger();

    private ClientAttack(Sample sample, Tally tally) {
        this.sample = sample;
        this.tally = tally;
    }

    /** Clients that start a stream and disconnect. */
    public static void vanishing(int cases, long seed, Tally tally) throws IOException, InterruptedException {
        run(
                "vanishing",
                tally,
                attack -> Parallel.run(
                        16, cases, attack.tally, number -> attack.vanish(new Random(seed * 1_000_003 + number))));
    }

    /** Clients of three kinds: slow headers, slow bodies, slow readers. All are there at once. */
    public static void slow(int cases, long seed, Tally tally) throws IOException, InterruptedException {
        run("slow", tally, attack -> attack.beSlow(cases));
    }

    @FunctionalInterface
    private interface Clients {
        void run(ClientAttack attack) throws IOException, InterruptedException;
    }

    private static void run(String name, Tally tally, Clients clients) throws IOException, InterruptedException {
        String model = TinyModel.write(Checkout.scratch("clients").resolve("model-" + name))
                .toString();
        List<String> properties = List.of("--tidar.model=" + model, "--tidar.kv-cache.memory=64MB");
        try (Sample sample = Sample.serving(name, List.of("-Xmx400m"), properties)) {
            var attack = new ClientAttack(sample, tally);
            List<Thread> neighbours = new ArrayList<>();
            for (int i = 0; i < NEIGHBOURS; i++) {
                Thread neighbour = new Thread(attack::beNormal, "attack-neighbour");
                neighbour.start();
                neighbours.add(neighbour);
            }
            clients.run(attack);
            attack.done.set(true);
            for (Thread neighbour : neighbours) {
                neighbour.join();
            }
            if (!sample.awaitIdle(IDLE_LIMIT)) {
                tally.failed("the engine still runs requests of clients that are gone");
            }
            tally.figure("normal clients were served %d times meanwhile".formatted(attack.neighboursServed.get()));
            if (attack.neighboursServed.get() == 0) {
                tally.failed("no normal client was served");
            }
        }
    }

    private void beNormal() {
        while (!done.get()) {
            try {
                HttpResponse<String> response = sample.chat(NORMAL);
                if (response.body().contains("event:done")) {
                    neighboursServed.incrementAndGet();
                } else if (response.statusCode() == 503) {
                    Thread.sleep(100); // the queue is full, and says so
                } else {
                    tally.failed("a normal client: %d %s".formatted(response.statusCode(), response.body()));
                }
            } catch (IOException e) {
                tally.failed("a normal client: " + e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static byte[] request(String body) {
        return OddRequest.json("stream", OddRequest.Expectation.ANSWER, body).bytes();
    }

    private void vanish(Random random) throws IOException {
        try (Socket socket = RawHttp.connect(sample.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request(LONG));
            int bytes = random.nextInt(4) == 0 ? 0 : "HTTP/1.1 200".length() + random.nextInt(2000);
            String start = new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
            if (bytes == 0 || start.startsWith("HTTP/1.1 200")) {
                tally.served();
            } else if (start.startsWith("HTTP/1.1 503")) {
                tally.rejected();
            } else {
                tally.failed("a client that vanishes: " + start);
            }
        } catch (SocketTimeoutException e) {
            tally.failed("a client that vanishes has no answer after a minute");
        }
    }

    private void beSlow(int cases) throws IOException, InterruptedException {
        List<SlowClient> clients = new ArrayList<>();
        for (int i = 0; i < cases; i++) {
            clients.add(new SlowClient(RawHttp.connect(sample.port()), SlowClient.Kind.values()[i % 3]));
        }
        long end = System.nanoTime() + SLOW_LIMIT.toNanos();
        while (System.nanoTime() < end && clients.stream().anyMatch(client -> client.awaited())) {
            for (SlowClient client : clients) {
                client.sendAByte();
            }
            Thread.sleep(1000);
        }
        for (SlowClient client : clients) {
            client.judge(tally);
            client.socket.close();
        }
    }

    /** One slow client. The server has to close its connection; a reader may get all of its answer. */
    private static final class SlowClient {

        enum Kind {
            HEADER,
            BODY,
            READER
        }

        private final Socket socket;
        private final Kind kind;
        private final byte[] request = request(LONG);
        private int sent;
        private boolean closed;

        SlowClient(Socket socket, Kind kind) throws IOException {
            this.socket = socket;
            this.kind = kind;
            this.sent = switch (kind) {
                case HEADER -> 20;
                case BODY -> request.length - 100;
                case READER -> request.length;
            };
            socket.getOutputStream().write(request, 0, sent);
        }

        /** Whether the server still has to do something about it. */
        boolean awaited() {
            return kind != Kind.READER && !closed;
        }

        void sendAByte() {
            if (!awaited()) {
                return;
            }
            try {
                InputStream in = socket.getInputStream();
                if (in.available() > 0) {
                    closed = true; // it has an answer, an error, and the server closes
                    return;
                }
                socket.setSoTimeout(1);
                closed = in.read() < 0;
            } catch (SocketTimeoutException e) {
                send();
            } catch (IOException e) {
                closed = true;
            }
        }

        private void send() {
            try {
                int limit = request.length - 1; // it never comes to its end
                if (sent < limit) {
                    socket.getOutputStream().write(request, sent++, 1);
                }
            } catch (IOException e) {
                closed = true;
            }
        }

        void judge(Tally tally) {
            if (kind == Kind.READER) {
                tally.served();
            } else if (closed) {
                tally.rejected();
            } else {
                tally.failed("a client with a slow %s still has its connection after %s".formatted(kind, SLOW_LIMIT));
            }
        }
    }
}
