package dev.tidar.attack.engine;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicLong;

/** A standard error that shows the first part of what is written to it, and counts the rest. */
final class CountedOutput extends PrintStream {

    private static final long SHOWN_BYTES = 20_000;

    private final PrintStream original;
    private final AtomicLong count;

    CountedOutput(PrintStream original) {
        this(original, new AtomicLong());
    }

    private CountedOutput(PrintStream original, AtomicLong count) {
        super(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        write(new byte[] {(byte) b}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) {
                        if (count.addAndGet(length) < SHOWN_BYTES) {
                            original.write(bytes, from, length);
                        }
                    }
                },
                true);
        this.original = original;
        this.count = count;
    }

    PrintStream original() {
        return original;
    }

    /** Bytes that were written. */
    long count() {
        return count.get();
    }
}
