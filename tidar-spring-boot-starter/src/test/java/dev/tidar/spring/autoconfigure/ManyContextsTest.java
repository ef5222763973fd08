package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.TidarChatModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Starts and ends one application context after the other in this JVM, each with a loaded model and an answer:
 * {@code -Dtidar.test.contexts=100} for the long run. Prints heap, threads and resident memory as it goes.
 */
@DisplayName("Contexts that come and go")
class ManyContextsTest {

    private static final int CONTEXTS = Integer.getInteger("tidar.test.contexts", 10);

    /** Classes, thread pools and caches of the libraries are there after so many. */
    private static final int WARM_UP = 4;

    /** Half of what the KV memory of one such context takes, so that a single leaked engine is seen. */
    private static final long LEAK = 4 << 20;

    /** What is in use when a context has ended. */
    private record Usage(long heapBytes, int threads, long residentKib) {}

    @Test
    void leaveNoThreadAndNoMemoryAfter(@TempDir Path directory) {
        var application = new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(TidarEngineAutoConfiguration.class, TidarChatAutoConfiguration.class))
                .withPropertyValues(
                        "tidar.model=" + StoriesModel.in(directory),
                        "tidar.threads=2",
                        "tidar.kv-cache.memory=8MB",
                        "tidar.chat.max-tokens=4");
        List<Usage> usages = new ArrayList<>();
        for (int i = 1; i <= CONTEXTS; i++) {
            application.run(context -> {
                var model = context.getBean(TidarChatModel.class);
                assertThat(model.call("Once upon a time")).isNotNull();
                assertThat(model.stream(new Prompt("Once upon a time")).blockLast())
                        .isNotNull();
            });
            awaitNoEngineThreads();
            usages.add(usage());
            if (i <= WARM_UP || i == CONTEXTS || i % 10 == 0) {
                System.out.printf("contexts %d: %s%n", i, usages.get(i - 1));
            }
        }

        Usage warm = usages.get(Math.min(WARM_UP, CONTEXTS) - 1);
        await().untilAsserted(() ->
                assertThat(usage().heapBytes()).as("heap in use, bytes").isLessThan(warm.heapBytes() + LEAK));
        assertThat(usage().threads())
                .as("threads: Reactor's pools may still grow by some, a leak by one a context")
                .isLessThan(warm.threads() + CONTEXTS - Math.min(WARM_UP, CONTEXTS) + 1);
    }

    private static void awaitNoEngineThreads() {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("tidar-")));
    }

    private static Usage usage() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return new Usage(heap, ManagementFactory.getThreadMXBean().getThreadCount(), resident());
    }

    /** KiB as the kernel counts them; 0 where it does not say. */
    private static long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
