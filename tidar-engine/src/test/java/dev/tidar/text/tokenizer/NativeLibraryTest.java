package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each test starts a JVM, because the library is loaded once in one. */
@DisplayName("The native tokenizer library")
class NativeLibraryTest {

    @TempDir
    private Path temporary;

    @Test
    void isUnpackedFromTheJarUnderTheHomeAndKeepsOffTheNetwork() throws Exception {
        List<String> facts = coldStart("-Duser.home=" + temporary);

        assertThat(facts).contains("tokens 1", "flavor cpu", "tracking opted out true");
        assertThat(temporary.resolve(".djl.ai/tokenizers")).isDirectory();
    }

    @Test
    void leavesWhatTheApplicationSaysItself() throws Exception {
        assertThat(coldStart("-Duser.home=" + temporary, "-DOPT_OUT_TRACKING=1"))
                .contains("tracking opted out 1");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void getsAPrivateFolderForTheTimeOfTheProcessWhereTheHomeCannotBeWritten() throws Exception {
        Files.createDirectory(temporary.resolve("tmp"));

        List<String> facts = coldStart(
                "-Duser.home=" + temporary.resolve("no-home"), "-Djava.io.tmpdir=" + temporary.resolve("tmp"));

        assertThat(facts).contains("tokens 1", "cache of [OWNER]");
        assertThat(temporary.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void isRejectedWithThePlatformsThatHaveItWhereThereIsNone() throws Exception {
        List<String> facts = coldStart("-Duser.home=" + temporary, "-Dos.arch=riscv64");

        assertThat(facts)
                .anySatisfy(fact -> assertThat(fact)
                        .startsWith("rejected UNSUPPORTED The native tokenizer library cannot be loaded on ")
                        .contains("-riscv64", "linux-x86_64", "serves token ids on every platform"));
    }

    @Test
    void isRejectedWithTheFolderToSetWhereItCannotBeUnpacked() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));

        List<String> facts = coldStart("-DDJL_CACHE_DIR=" + file.resolve("below"));

        assertThat(facts)
                .anySatisfy(fact -> assertThat(fact)
                        .startsWith("rejected UNSUPPORTED The native tokenizer library cannot be loaded on ")
                        .contains("DJL_CACHE_DIR"));
    }

    private static List<String> coldStart(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ColdStart.class.getName()));
        command.add(Fixtures.folder("stories260k-tidar").toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // Settings of the machine that runs the tests would outrank those of the test.
        Stream.of("RUST_FLAVOR", "OPT_OUT_TRACKING", "DJL_CACHE_DIR", "ENGINE_CACHE_DIR", "DJL_OFFLINE")
                .forEach(builder.environment()::remove);
        Process process = builder.start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        return lines;
    }
}
