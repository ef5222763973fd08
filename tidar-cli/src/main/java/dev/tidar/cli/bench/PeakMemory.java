package dev.tidar.cli.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Peak memory of this process.
 *
 * @param heapBytes sum of the peaks of the heap's pools: an upper bound of the peak of the heap
 * @param residentBytes peak of physical memory, heap and all else; empty where the system has no {@code /proc}
 */
public record PeakMemory(long heapBytes, OptionalLong residentBytes) {

    public static PeakMemory now() {
        long heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(PeakMemory::peak)
                .sum();
        return new PeakMemory(heap, resident());
    }

    private static long peak(MemoryPoolMXBean pool) {
        return pool.getPeakUsage().getUsed();
    }

    private static OptionalLong resident() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return OptionalLong.empty();
        }
        try {
            List<String> lines = Files.readAllLines(status);
            return lines.stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty(); // one figure less, no reason to lose the others
        }
    }
}
