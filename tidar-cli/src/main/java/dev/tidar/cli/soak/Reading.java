package dev.tidar.cli.soak;

import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.KvStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Resources that the process uses at one moment.
 *
 * @param seconds since the soak began
 * @param residentBytes physical memory of the process
 * @param heapBytes used Java heap after a collection
 * @param threads Java threads
 * @param handles open files and sockets
 * @param kvLeasedBytes KV memory that sequences lease
 * @param running requests that are decoded
 * @param ended requests that ended in any way
 */
record Reading(
        double seconds,
        long residentBytes,
        long heapBytes,
        int threads,
        long handles,
        long kvLeasedBytes,
        int running,
        long ended) {

    /** Names of the columns that {@link #csv} has. */
    static final String CSV_HEADER =
            "seconds,resident_bytes,heap_after_gc_bytes,threads,handles,kv_leased_bytes,running,ended";

    /** Collects garbage, because otherwise the heap says when the last collection was, and not what is kept. */
    static Reading now(double seconds, EngineStatus status, long ended) {
        Runtime runtime = Runtime.getRuntime();
        runtime.gc();
        KvStatus kv = status.kv();
        return new Reading(
                seconds,
                resident(),
                runtime.totalMemory() - runtime.freeMemory(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                openHandles(),
                kv.bytes() - kv.cachedBytes() - kv.freeBytes(),
                status.running(),
                ended);
    }

    private static long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException("a soak needs /proc, which this system does not have", e);
        }
    }

    private static long openHandles() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count() - 1; // one is that of the listing
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One line of a table of comma-separated values. */
    String csv() {
        return String.format(
                Locale.ROOT,
                "%.1f,%d,%d,%d,%d,%d,%d,%d",
                seconds,
                residentBytes,
                heapBytes,
                threads,
                handles,
                kvLeasedBytes,
                running,
                ended);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%6.0f s  RSS %5d MiB  heap after GC %5d MiB  threads %3d  handles %3d  KV %7.1f MiB leased  %3d running  %6d ended",
                seconds,
                residentBytes >> 20,
                heapBytes >> 20,
                threads,
                handles,
                kvLeasedBytes / 1048576.0,
                running,
                ended);
    }
}
