package dev.tidar.attack.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * Processor time of this process and of the processes that it started and that have ended, from Linux's
 * {@code proc(5)}. Unlike the time that an attack takes, it hardly depends on what else the machine does.
 */
public final class ProcessorTime {

    private static final Path STAT = Path.of("/proc/self/stat");

    /** {@code sysconf(_SC_CLK_TCK)}, which is 100 on every architecture that the JDK runs on. */
    private static final double TICKS_PER_SECOND = 100;

    /** Place of {@code utime} after the name, which ends in the last parenthesis; stime, cutime, cstime follow. */
    private static final int UTIME = 11;

    private ProcessorTime() {}

    /** Seconds, user and system together; empty where the system is not Linux. */
    public static OptionalDouble seconds() throws IOException {
        if (!Files.isReadable(STAT)) {
            return OptionalDouble.empty();
        }
        String stat = Files.readString(STAT);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int i = UTIME; i < UTIME + 4; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return OptionalDouble.of(ticks / TICKS_PER_SECOND);
    }
}
