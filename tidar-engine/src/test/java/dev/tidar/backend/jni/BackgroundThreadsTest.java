package dev.tidar.backend.jni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadPoolExecutor;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A thread for work that may wait")
class BackgroundThreadsTest {

    private static final Path STAT = Path.of("/proc/thread-self/stat");

    /** Place of the nice value after the name of the thread, see proc(5). */
    private static final int NICE = 16;

    private static final int LARGEST_NICE = 19;

    /** The nice value of the thread that asks. */
    private static int nice() throws Exception {
        String stat = Files.readString(STAT);
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
    }

    @Test
    void letsTheThreadThatStartedItGoFirstAndLeavesThatAsItWas() throws Exception {
        assumeThat(STAT).as("Linux tells the nice value of a thread").exists();
        assumeThat(NativeLibrary.outcome().level())
                .as("the native library is in use")
                .isPresent();
        int own = nice();
        ThreadPoolExecutor background = BackgroundThreads.one("background", 1);
        try {
            int lowered = background.submit(BackgroundThreadsTest::nice).get();

            assertThat(lowered).isEqualTo(Math.min(LARGEST_NICE, own + 10));
            assertThat(nice()).isEqualTo(own);
        } finally {
            background.shutdown();
        }
    }

    @Test
    void doesNotKeepAJvmFromEnding() throws Exception {
        ThreadPoolExecutor background = BackgroundThreads.one("background", 1);
        try {
            assertThat(background
                            .submit(() -> Thread.currentThread().isDaemon())
                            .get())
                    .isTrue();
        } finally {
            background.shutdown();
        }
    }
}
