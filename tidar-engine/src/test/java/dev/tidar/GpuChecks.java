package dev.tidar;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import java.io.PrintWriter;
import java.util.stream.Stream;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the tests of the CUDA backend on the GPU of this machine, where there is no Maven:
 * {@code tools/gpu-checks/run.sh} does. Tests that need the emulated driver's controls are left out. Exit code 1 if one
 * fails or none runs.
 */
public final class GpuChecks {

    private static final String[] CLASSES = {
        "dev.tidar.backend.CudaBackendTest",
        "dev.tidar.backend.CudaAttentionTest",
        "dev.tidar.backend.CudaBitsTest",
        "dev.tidar.backend.CudaFastTest",
        "dev.tidar.backend.CudaSamplingTest",
        "dev.tidar.decode.CudaGoldenTest",
        "dev.tidar.decode.CudaDecodeTest"
    };

    private GpuChecks() {}

    public static void main(String[] arguments) {
        boolean passed = true;
        System.out.println("| test class | passed | failed | seconds |");
        System.out.println("| --- | --- | --- | --- |");
        PrintWriter failures = new PrintWriter(System.err, true);
        Launcher launcher = LauncherFactory.create();
        for (String name : arguments.length > 0 ? arguments : CLASSES) {
            TestExecutionSummary summary = run(launcher, name);
            System.out.printf(
                    "| %s | %d | %d | %.1f |%n",
                    name,
                    summary.getTestsSucceededCount(),
                    summary.getTotalFailureCount(),
                    (summary.getTimeFinished() - summary.getTimeStarted()) / 1e3);
            summary.printFailuresTo(failures, 20);
            passed &= summary.getTotalFailureCount() == 0 && summary.getTestsSucceededCount() > 0;
        }
        System.exit(passed ? 0 : 1);
    }

    private static TestExecutionSummary run(Launcher launcher, String name) {
        LauncherDiscoveryRequest request = request()
                .selectors(Stream.of(name).map(n -> selectClass(n)).toList())
                .filters(TagFilter.excludeTags("emulated-driver"))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        launcher.execute(request, listener);
        return listener.getSummary();
    }
}
