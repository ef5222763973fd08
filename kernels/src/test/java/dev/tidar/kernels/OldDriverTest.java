package dev.tidar.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The natives of JCuda hold the PTX compiler of CUDA 12.0, the one of driver 525. */
@DisplayName("The PTX compiler of an old driver")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class OldDriverTest {

    @BeforeAll
    static void reportByResultCode() {
        JNvPTXCompiler.setExceptionsEnabled(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_89", "sm_90"})
    void compilesTheKernelsFor(String architecture) {
        byte[] ptx = KernelFiles.read(KernelFiles.PTX).getBytes(StandardCharsets.US_ASCII);

        assertThat(compile(ptx, architecture)).isEqualTo("NVPTXCOMPILE_SUCCESS");
    }

    @ParameterizedTest
    @ValueSource(strings = "9.0")
    void rejectsTheVersionThatTheCompilerWouldHaveWritten(String version) {
        String ptx = ".version %s\n.target sm_80\n.address_size 64\n".formatted(version);

        assertThat(compile(ptx.getBytes(StandardCharsets.US_ASCII), "sm_80"))
                .isEqualTo("NVPTXCOMPILE_ERROR_UNSUPPORTED_PTX_VERSION");
    }

    private static String compile(byte[] ptx, String architecture) {
        nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
        int created = JNvPTXCompiler.nvPTXCompilerCreate(compiler, ptx.length, Arrays.copyOf(ptx, ptx.length + 1));
        if (created != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
            return nvPTXCompileResult.stringFor(created);
        }
        try {
            String[] options = {"--gpu-name=" + architecture};
            return nvPTXCompileResult.stringFor(JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options));
        } finally {
            JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
        }
    }
}
