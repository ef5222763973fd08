package dev.tidar.delivery;

import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Keeps one log line from filling the log: it is written a few times a minute, and says then how often it was left out.
 * Thread-safe.
 */
public final class LogLimit {

    /** How often one line is written in a minute at most. */
    public static final int LINES_A_MINUTE = 4;

    private static final long MINUTE = 60_000_000_000L;

    private final LongSupplier nanoTime;
    private int written;
    private long leftOut;
    private long since;

    /** @param nanoTime a monotonic clock */
    public LogLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /**
     * Writes the line, unless it was written often enough in this minute.
     *
     * @param line writes it; receives what to append to the text, which is empty where nothing was left out
     */
    public void write(Consumer<String> line) {
        long missing;
        synchronized (this) {
            long now = nanoTime.getAsLong();
            if (now - since >= MINUTE) {
                since = now;
                written = 0;
            }
            if (written == LINES_A_MINUTE) {
                leftOut++;
                return;
            }
            written++;
            missing = leftOut;
            leftOut = 0;
        }
        line.accept(missing == 0 ? "" : " (and " + missing + " times more since this was last written)");
    }
}
