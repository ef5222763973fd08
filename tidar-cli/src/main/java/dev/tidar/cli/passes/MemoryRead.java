package dev.tidar.cli.passes;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** A plain read of as many bytes as a forward reads, by all processors: what its time can be at best. */
final class MemoryRead {

    /** The words of a cache line of 64 bytes. */
    private static final int LINE = 8;

    private final List<long[]> parts;
    private long sum;

    /** @param bytes what is read, at least one word for each thread */
    MemoryRead(long bytes, int threads) {
        int words = Math.toIntExact(Math.max(LINE, bytes / Long.BYTES / threads));
        parts = IntStream.range(0, threads)
                .mapToObj(thread -> filled(words, thread))
                .toList();
    }

    private static long[] filled(int words, int thread) {
        long[] part = new long[words];
        Arrays.setAll(part, i -> i ^ thread); // pages that nothing was written to would be read from one page of zeros
        return part;
    }

    /** Bytes in a second, of one read. */
    double bytesPerSecond() {
        long begin = System.nanoTime();
        List<CompletableFuture<Long>> sums = parts.stream()
                .map(part -> CompletableFuture.supplyAsync(() -> sum(part)))
                .toList();
        for (CompletableFuture<Long> part : sums) {
            sum += part.join();
        }
        long nanos = System.nanoTime() - begin;
        return parts.stream().mapToLong(part -> (long) part.length * Long.BYTES).sum() * 1e9 / nanos;
    }

    /** One word of each cache line: the line is read all the same, and additions are not what takes the time. */
    private static long sum(long[] words) {
        long total = 0;
        for (int i = 0; i < words.length; i += LINE) {
            total += words[i];
        }
        return total;
    }

    /** What was read, so that nobody can leave the read out. */
    long sum() {
        return sum;
    }
}
