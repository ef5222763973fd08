package dev.tidar.backend;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The memory that this process can still take outside the Java heap. */
final class SystemMemory {

    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path LIMIT = Path.of("/sys/fs/cgroup/memory.max");
    private static final Path USED = Path.of("/sys/fs/cgroup/memory.current");
    private static final Path STATISTICS = Path.of("/sys/fs/cgroup/memory.stat");
    private static final String AVAILABLE = "MemAvailable:";
    /** Cached files, which the system drops before it ends anybody. */
    private static final String CACHED = "inactive_file ";

    private SystemMemory() {}

    /**
     * What the system can give without swapping, and what the limit of a container leaves of it; page caches, which the
     * system drops when it needs to, count as free. The part of the Java heap that the JVM has not committed is not
     * subtracted.
     */
    static OptionalLong available() {
        OptionalLong system = meminfo();
        if (system.isEmpty()) {
            system = machine();
        }
        OptionalLong limit = number(LIMIT);
        OptionalLong used = number(USED);
        if (limit.isPresent() && used.isPresent() && system.isPresent()) {
            long cached = line(STATISTICS, CACHED).orElse(0);
            long left = Math.max(0, limit.getAsLong() - used.getAsLong() + cached);
            return OptionalLong.of(Math.min(left, system.getAsLong()));
        }
        return system;
    }

    private static OptionalLong meminfo() {
        OptionalLong kibibytes = line(MEMINFO, AVAILABLE);
        return kibibytes.isPresent() ? OptionalLong.of(kibibytes.getAsLong() << 10) : kibibytes;
    }

    /** The number in the first line that begins with a name. */
    private static OptionalLong line(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            Optional<String> line = lines.filter(l -> l.startsWith(name)).findFirst();
            return line.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(Long.parseLong(line.get().replaceAll("\\D", "")));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty(); // not Linux, or no container
        }
    }

    private static OptionalLong machine() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean bean
                ? OptionalLong.of(bean.getFreeMemorySize())
                : OptionalLong.empty();
    }

    private static OptionalLong number(Path file) {
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty(); // no container, or no limit: "max"
        }
    }
}
