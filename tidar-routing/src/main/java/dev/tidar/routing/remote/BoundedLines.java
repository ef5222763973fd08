package dev.tidar.routing.remote;

import dev.tidar.routing.FailureKind;
import dev.tidar.routing.NodeFailure;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream of events none of which is too long for the memory of its reader. It is read by one thread, and may be
 * closed by any; who is reading then finds its end, and no error that nobody wants to hear of.
 */
final class BoundedLines extends FilterInputStream {

    /** An event has one step of an answer, or one whole tool call. */
    private static final int MAX_EVENT_BYTES = 1 << 20;

    private volatile boolean isClosed;
    /** Bytes since the last empty line, which ends an event. */
    private int eventBytes;

    private boolean isLineEmpty;

    BoundedLines(InputStream lines) {
        super(lines);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read;
        try {
            read = super.read(bytes, offset, length);
        } catch (IOException e) {
            if (isClosed) {
                return -1;
            }
            throw e;
        }
        for (int i = 0; i < read; i++) {
            count(bytes[offset + i]);
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        isClosed = true;
        super.close();
    }

    private void count(byte value) {
        eventBytes = value == '\n' && isLineEmpty ? 0 : eventBytes + 1;
        if (value != '\r') {
            isLineEmpty = value == '\n';
        }
        if (eventBytes > MAX_EVENT_BYTES) {
            throw new NodeFailure(
                    FailureKind.GARBLED, "sent an event of more than %d bytes".formatted(MAX_EVENT_BYTES));
        }
    }
}
