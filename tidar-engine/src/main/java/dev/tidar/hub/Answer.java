package dev.tidar.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The answer to one request, after redirects.
 *
 * @param address where it comes from
 * @param headers its headers, and those of the redirects before it that a hub sets for the file
 * @param ofHub whether the hub itself has answered, not a host that it redirects to
 */
record Answer(URI address, int status, HttpHeaders headers, Body body, boolean ofHub) implements AutoCloseable {

    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** The number in a header; empty if there is none. */
    OptionalLong number(String name) {
        Optional<String> text = header(name).map(String::strip).filter(value -> value.matches("[0-9]{1,18}"));
        return text.isPresent() ? OptionalLong.of(Long.parseLong(text.get())) : OptionalLong.empty();
    }

    /**
     * All bytes of a short answer.
     *
     * @throws IOException if the connection breaks, or more than {@code max} bytes come
     */
    byte[] bytes(int max) throws IOException {
        var all = new ByteArrayOutputStream();
        for (Optional<List<ByteBuffer>> some = body.next(); some.isPresent(); some = body.next()) {
            for (ByteBuffer buffer : some.get()) {
                if (all.size() + buffer.remaining() > max) {
                    throw new IOException("more than %d bytes came".formatted(max));
                }
                byte[] copy = new byte[buffer.remaining()];
                buffer.get(copy);
                all.writeBytes(copy);
            }
        }
        return all.toByteArray();
    }

    @Override
    public void close() {
        body.close();
    }
}
