package dev.tidar.attack.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends bytes to the sample as they are, and reads what comes back. */
final class RawHttp {

    private static final Pattern STATUS = Pattern.compile("HTTP/\\d\\.\\d (\\d{3})");
    private static final int LONGEST_ANSWER = 4 << 20;

    private RawHttp() {}

    /**
     * What came back on a connection.
     *
     * @param status of the first response; empty if the server closed the connection without one
     * @param text all of it
     * @param hung whether the server neither answered nor closed the connection in time
     */
    record Answer(Optional<Integer> status, String text, boolean hung) {

        boolean isProblem() {
            return text.toLowerCase(java.util.Locale.ROOT).contains("content-type: application/problem+json");
        }
    }

    static Socket connect(int port) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 20_000);
        return socket;
    }

    /**
     * Sends a request and reads until the server closes the connection.
     *
     * @param thenEnd whether to close the sending side after the request, as a client that breaks off does
     */
    static Answer send(int port, byte[] request, boolean thenEnd, Duration limit) throws IOException {
        try (Socket socket = connect(port)) {
            try {
                socket.getOutputStream().write(request);
                if (thenEnd) {
                    socket.shutdownOutput();
                }
            } catch (SocketException e) {
                // The server has heard enough; what it answered may still be there.
            }
            return read(socket, limit);
        }
    }

    private static Answer read(Socket socket, Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        var bytes = new ByteArrayOutputStream();
        boolean hung = false;
        try {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            while (bytes.size() < LONGEST_ANSWER) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    hung = true;
                    break;
                }
                socket.setSoTimeout((int) left);
                int count = in.read(buffer);
                if (count < 0) {
                    break;
                }
                bytes.write(buffer, 0, count);
            }
        } catch (SocketTimeoutException e) {
            hung = true;
        } catch (SocketException e) {
            // Reset by the server: as good as closed.
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        Matcher status = STATUS.matcher(text);
        return new Answer(
                status.lookingAt() ? Optional.of(Integer.valueOf(status.group(1))) : Optional.empty(), text, hung);
    }
}
