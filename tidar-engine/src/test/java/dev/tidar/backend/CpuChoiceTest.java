package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.tidar.api.Activations;
import dev.tidar.api.NativeKernels;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.jni.NativeLibrary;
import dev.tidar.backend.jni.WithNativeKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

@DisplayName("The choice of a CPU backend")
class CpuChoiceTest {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(CpuChoice.class);

    private final List<ILoggingEvent> logged = new ArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event);
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        LOGGER.addAppender(appender);
    }

    @AfterEach
    void stop() {
        LOGGER.detachAppender(appender);
    }

    @ParameterizedTest
    @WithNativeKernels
    @CsvSource({"AUTO, -int8", "INT8, -int8", "FLOAT, ''"})
    void takesNativeKernelsWhereTheyRun(Activations activations, String ending) {
        CpuChoice choice = choose(activations, NativeKernels.AUTO);

        try (Backend backend = choice.backend()) {
            assertThat(backend.facts().kernels()).matches("native-[a-z0-9-]+" + ending);
            assertThat(backend.facts().kernels().endsWith("-int8")).isEqualTo(!ending.isEmpty());
            assertThat(choice.degradations()).isEmpty();
            assertThat(logged).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"AUTO, ''", "FLOAT, ''", "INT8, -int8"})
    void computesInJavaWhereTheOptionsSaySo(Activations activations, String ending) {
        CpuChoice choice = choose(activations, NativeKernels.OFF);

        try (Backend backend = choice.backend()) {
            assertThat(backend.facts().kernels()).matches("vector-[0-9]+" + ending);
            assertThat(choice.degradations()).as("it is what was asked for").isEmpty();
            assertLogged(Level.INFO, "TiDAR computes in Java, because the options turn native kernels off");
        }
    }

    @Test
    void warnsOnceOfALibraryThatSomebodyCanRepair() {
        List<String> degradations =
                CpuChoice.report(new NativeLibrary.Outcome(Optional.empty(), "it is corrupt", true));

        assertThat(degradations).containsExactly("Java instead of native kernels: it is corrupt");
        assertLogged(Level.WARN, "TiDAR computes in Java, several times slower than it could: it is corrupt");
    }

    @Test
    void saysWhereThereIsNoLibraryAndIsNotDegradedByThat() {
        List<String> degradations =
                CpuChoice.report(new NativeLibrary.Outcome(Optional.empty(), "there is none for this system", false));

        assertThat(degradations).isEmpty();
        assertLogged(Level.INFO, "TiDAR computes in Java: there is none for this system");
    }

    private static CpuChoice choose(Activations activations, NativeKernels wish) {
        return CpuChoice.of(WeightFormat.AUTO, activations, wish, 1);
    }

    private void assertLogged(Level level, String line) {
        assertThat(logged).hasSize(1);
        assertThat(logged.get(0).getLevel()).isEqualTo(level);
        assertThat(logged.get(0).getFormattedMessage()).isEqualTo(line);
    }
}
