package dev.tidar.routing.remote;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on this machine that answers as each test says, byte by byte. */
final class MisbehavingServer implements Closeable {

    /** What is done with a connection once its request has been read. */
    interface Answer {
        void to(Connection connection) throws IOException;
    }

    /**
     * A request.
     *
     * @param head its first line and its headers
     */
    record Received(String head, String body) {}

    private final ServerSocket socket;
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger left = new AtomicInteger();
    private final CountDownLatch heard = new CountDownLatch(1);

    MisbehavingServer() {
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread accepting = new Thread(this::accept, "misbehaving-server");
        accepting.setDaemon(true);
        accepting.start();
    }

    /** Lets the next request be answered so; the last answer goes on for all further ones. */
    MisbehavingServer answers(Answer answer) {
        answers.add(answer);
        return this;
    }

    URI url() {
        return URI.create("http://127.0.0.1:%d/v1".formatted(socket.getLocalPort()));
    }

    List<Received> received() {
        return received;
    }

    /** Connections whose client went away before it had its answer. */
    int numLeft() {
        return left.get();
    }

    /** Lets connections go on that wait for it. */
    void clientHasHeard() {
        heard.countDown();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread serving = new Thread(() -> serve(client), "misbehaving-connection");
                serving.setDaemon(true);
                serving.start();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            var reader = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            StringBuilder head = new StringBuilder();
            int length = 0;
            for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                head.append(line).append('\n');
                if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(
                            line.substring(line.indexOf(':') + 1).strip());
                }
            }
            char[] body = new char[length]; // ASCII in these tests
            for (int read = 0; read < length; ) {
                int more = reader.read(body, read, length - read);
                if (more < 0) {
                    throw new EOFException();
                }
                read += more;
            }
            received.add(new Received(head.toString(), new String(body)));
            Answer answer = answers.size() > 1 ? answers.remove() : answers.element();
            answer.to(new Connection(client, reader));
        } catch (IOException e) {
            left.incrementAndGet();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection to be answered on. */
    final class Connection {
        private final BufferedReader in;
        private final OutputStream out;

        private Connection(Socket client, BufferedReader in) throws IOException {
            this.in = in;
            this.out = client.getOutputStream();
        }

        Connection send(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return this;
        }

        /** A whole response that ends with the connection. */
        void status(String status, String headers, String body) throws IOException {
            send("HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s"
                    .formatted(status, headers, body.length(), body));
        }

        /** The beginning of a stream of events, in chunks. */
        Connection stream() throws IOException {
            return send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        /** One chunk of the transfer. */
        Connection chunk(String text) throws IOException {
            return send("%x\r\n%s\r\n".formatted(text.length(), text));
        }

        Connection event(String data) throws IOException {
            return chunk("data: " + data + "\n\n");
        }

        /** An event with a piece of text. */
        Connection token(String text) throws IOException {
            return event(completion("{\"content\": \"%s\"}".formatted(text), "null"));
        }

        /** The event that comes before all others. */
        Connection role() throws IOException {
            return event(completion("{\"role\": \"assistant\", \"content\": \"\"}", "null"));
        }

        Connection finish() throws IOException {
            return event(completion("{}", "\"stop\""));
        }

        Connection usage() throws IOException {
            return event("""
                    {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], \
                    "usage": {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}}""");
        }

        Connection done() throws IOException {
            return event("[DONE]");
        }

        /** The end of the chunks. */
        void end() throws IOException {
            send("0\r\n\r\n");
        }

        /** Waits until the client has what was sent, because a broken connection takes along what nobody has read. */
        Connection untilHeard() throws IOException {
            try {
                heard.await();
                return this;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        /** Says nothing more until the client goes away. */
        void hang() throws IOException {
            while (in.read() >= 0) {
                // a client of HTTP/1.1 sends nothing here
            }
            throw new EOFException();
        }

        private static String completion(String delta, String finishReason) {
            return """
                    {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", \
                    "choices": [{"index": 0, "delta": %s, "finish_reason": %s}]}""".formatted(delta, finishReason);
        }
    }
}
