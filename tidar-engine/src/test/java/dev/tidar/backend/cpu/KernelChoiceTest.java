package dev.tidar.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelChoiceTest {

    @Test
    void takesVectorKernelsWhereTheJvmHasTheModule() {
        try (Backend backend = Backend.onCpu(WeightFormat.AUTO, 1, KernelChoice.automatic())) {
            assertThat(backend.facts().kernels()).matches("vector-(128|256|512)");
            assertThat(backend.facts().device()).isEqualTo("cpu, 1 thread");
            assertThat(backend.facts().degradations()).isEmpty();
        }
    }

    @Test
    void withoutTheModuleFallsBackToPlainLoopsAndSaysHowToEndThat() throws IOException, InterruptedException {
        String output = runWithoutTheModule();

        assertThat(output)
                .contains("WARN")
                .contains("java --add-modules jdk.incubator.vector -jar")
                .contains("JDK_JAVA_OPTIONS=--add-modules=jdk.incubator.vector")
                .contains("<jvmArguments>--add-modules jdk.incubator.vector</jvmArguments>")
                .contains("bootRun { jvmArgs '--add-modules=jdk.incubator.vector' }")
                .contains("test { jvmArgs '--add-modules=jdk.incubator.vector' }")
                .containsOnlyOnce("TiDAR runs on plain Java loops")
                .contains("kernels: plain")
                .contains("degradation: plain loops instead of vector kernels: start the JVM with --add-modules")
                .contains("row: 3.0");
    }

    @Test
    void withoutTheOptimisingCompilerFallsBackToPlainLoopsAndSaysHowToEndThat()
            throws IOException, InterruptedException {
        String output = run("--add-modules", "jdk.incubator.vector", "-XX:TieredStopAtLevel=1");

        assertThat(output)
                .contains("WARN")
                .contains("<optimizedLaunch>false</optimizedLaunch>")
                .contains("kernels: plain")
                .contains(
                        "degradation: plain loops instead of vector kernels: start the JVM without -XX:TieredStopAtLevel=1")
                .contains("row: 3.0");
    }

    @Test
    void withoutAnyCompilerFallsBackToPlainLoopsAndSaysHowToEndThat() throws IOException, InterruptedException {
        String output = run("--add-modules", "jdk.incubator.vector", "-Xint");

        assertThat(output)
                .contains("kernels: plain")
                .contains("degradation: plain loops instead of vector kernels: start the JVM without -Xint")
                .contains("row: 3.0");
    }

    @ParameterizedTest
    @MethodSource("rejections")
    void saysWhyInSentencesWithoutGaps(Rejection rejection) {
        assertThat(rejection.remedy()).doesNotContain("  ").doesNotContain("\n");
        assertThat(rejection.message().lines())
                .as("lines of text, and of a list of places")
                .allMatch(line -> line.matches("(  )?\\S+( \\S+)*"));
        assertThat(rejection.message()).doesNotContain("{}").doesNotContain("%");
    }

    static Stream<Rejection> rejections() {
        return Stream.of(
                VectorRejections.module(),
                VectorRejections.compiler("-XX:TieredStopAtLevel=1"),
                VectorRejections.compiler("-Xint"),
                VectorRejections.narrow(64));
    }

    private static String runWithoutTheModule() throws IOException, InterruptedException {
        return run();
    }

    private static String run(String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(PlainJvm.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
