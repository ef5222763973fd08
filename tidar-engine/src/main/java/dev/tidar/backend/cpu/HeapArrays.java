package dev.tidar.backend.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * What arrays take on the Java heap. G1 gives an array of at least half a region whole regions of its own: with the
 * regions of 1 MiB that a small heap has, an array of 0.7 MB takes 1 MiB.
 *
 * @param region bytes of a region of G1; 0 for other collectors
 */
public record HeapArrays(long region) {

    /** Bytes of a header, and the multiple that objects are rounded up to. */
    private static final int HEADER = 16;

    private static final int ALIGNMENT = 8;

    /** Asks this JVM for its collector; where it does not say, regions are as large as G1 would make them. */
    public static HeapArrays ofThisJvm() {
        try {
            HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            boolean g1 = Boolean.parseBoolean(vm.getVMOption("UseG1GC").getValue());
            return new HeapArrays(
                    g1 ? Long.parseLong(vm.getVMOption("G1HeapRegionSize").getValue()) : 0);
        } catch (RuntimeException | LinkageError notHotSpot) {
            return new HeapArrays(usualRegion(Runtime.getRuntime().maxMemory()));
        }
    }

    /** A 2048th of the heap, as a power of two from 1 to 32 MiB. */
    static long usualRegion(long heap) {
        return Math.min(32L << 20, Math.max(1L << 20, Long.highestOneBit(heap / 2048)));
    }

    public long bytes(long count) {
        long size = (HEADER + count + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return region > 0 && size >= region / 2 ? (size + region - 1) / region * region : size;
    }

    public long ints(long count) {
        return bytes(count * Integer.BYTES);
    }

    public long floats(long count) {
        return bytes(count * Float.BYTES);
    }
}
