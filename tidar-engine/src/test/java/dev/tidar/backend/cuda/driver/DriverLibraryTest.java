package dev.tidar.backend.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The library of the NVIDIA driver")
class DriverLibraryTest {

    private static final String JCUDA = "/lib/libJCudaDriver-12.6.0-linux-x86_64.so";

    @TempDir
    private Path temporary;

    @Test
    void isAskedForWhatJCudaBinds() throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(JCUDA), JCUDA)) {
            Files.copy(in, temporary.resolve("jcuda.so"));
        }

        ElfSymbols jcuda = ElfSymbols.read(temporary.resolve("jcuda.so")).orElseThrow();

        assertThat(jcuda.undefined()).containsAll(DriverLibrary.NEEDED);
        assertThat(jcuda.defined()).contains("JNI_OnLoad");
    }

    @Test
    void isAskedForAllThatTheEngineCalls() {
        var called = new ClassFileImporter()
                .importPackages("dev.tidar.backend.cuda.driver").stream()
                        .flatMap(type -> type.getMethodCallsFromSelf().stream())
                        .filter(call -> call.getTargetOwner().getName().equals("jcuda.driver.JCudaDriver"))
                        .map(JavaMethodCall::getName)
                        .filter(name -> name.startsWith("cu"))
                        .collect(Collectors.toSet());

        assertThat(called)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(DriverLibrary.NEEDED)
                        .anyMatch(needed -> needed.matches(name + "(_v\\d+|WithFlags)?")));
    }

    @Test
    void isFoundInTheCacheOfTheLoader() {
        byte[] strings = "libc.so.6\0/x/libc.so.6\0libcuda.so.1\0/x/libcuda.so.1\0".getBytes(StandardCharsets.US_ASCII);
        int first = 48 + 2 * 24;
        ByteBuffer cache = ByteBuffer.allocate(first + strings.length).order(ByteOrder.LITTLE_ENDIAN);
        cache.put("glibc-ld.so.cache1.1".getBytes(StandardCharsets.US_ASCII)).putInt(2);
        cache.position(48);
        cache.putInt(0x303).putInt(first).putInt(first + 10).position(48 + 24);
        cache.putInt(0x303).putInt(first + 23).putInt(first + 36).position(first);
        cache.put(strings);

        assertThat(DriverLibrary.cached(cache.array())).containsExactly(Path.of("/x/libcuda.so.1"));
        assertThat(DriverLibrary.cached(new byte[100])).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void withoutItsFunctionsIsRejectedAndTheProcessLives() throws Exception {
        Path source = Files.writeString(temporary.resolve("empty.c"), "int nothing;\n");
        Path library = temporary.resolve("libcuda.so.1");
        assumeTrue(compiles(source, library), "needs a C compiler");
        assertThat(DriverLibrary.problem(library).orElseThrow())
                .contains(library.toString(), "is not the library of an NVIDIA driver");

        String said = JCudaLibraryTest.run(System.getProperty("java.class.path"), temporary, temporary);

        assertThat(said).contains("READY or DEGRADED on cpu", "is not the library of an NVIDIA driver");
    }

    @Test
    void isNotJudgedWhereItIsNoLibraryAtAll() throws IOException {
        for (byte[] content : new byte[][] {{}, new byte[100], "\177ELF\2\1".getBytes(StandardCharsets.ISO_8859_1)}) {
            Path file = Files.write(temporary.resolve("libcuda.so.1"), content);

            assertThat(DriverLibrary.problem(file)).isEmpty();
            assertThat(ElfSymbols.fits(file)).isFalse();
        }
    }

    private static boolean compiles(Path source, Path library) throws InterruptedException {
        try {
            return new ProcessBuilder("gcc", "-shared", "-o", library.toString(), source.toString())
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noCompiler) {
            return false;
        }
    }
}
