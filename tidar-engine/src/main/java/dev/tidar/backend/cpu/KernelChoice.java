package dev.tidar.backend.cpu;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which kernels a backend uses, chosen once when it is made. Immutable.
 *
 * <p>The vector kernels are one class that nothing else links to, so it is loaded only where the module it needs is
 * there.
 */
public final class KernelChoice {

    private static final Logger log = LoggerFactory.getLogger(KernelChoice.class);

    private static final String MODULE = "jdk.incubator.vector";

    private static final String ADVICE = """
            TiDAR runs on plain Java loops, several times slower than it could: this JVM was started without the module \
            jdk.incubator.vector. Add it where the application starts:
              java:        java --add-modules jdk.incubator.vector -jar application.jar
              containers:  environment variable JDK_JAVA_OPTIONS=--add-modules=jdk.incubator.vector
              Maven:       spring-boot-maven-plugin <jvmArguments>--add-modules jdk.incubator.vector</jvmArguments>, \
            maven-surefire-plugin <argLine>--add-modules jdk.incubator.vector</argLine>
              Gradle:      bootRun { jvmArgs '--add-modules=jdk.incubator.vector' }, \
            test { jvmArgs '--add-modules=jdk.incubator.vector' }""";

    /** Without the optimising compiler a vector operation is a call that allocates its result. */
    private static final String NO_OPTIMISING_COMPILER = "-XX:TieredStopAtLevel=";

    private static final String COMPILER_ADVICE = """
            TiDAR runs on plain Java loops, several times slower than it could: this JVM was started with {}, which leaves             out its optimising compiler. spring-boot:run and the run configurations of IDEs set it for a faster start.             Maven: <optimizedLaunch>false</optimizedLaunch> of the spring-boot-maven-plugin. IntelliJ IDEA: Modify options,             Disable launch optimization.""";

    private final Kernels kernels;
    private final Optional<String> degradation;

    private KernelChoice(Kernels kernels, Optional<String> degradation) {
        this.kernels = kernels;
        this.degradation = degradation;
    }

    /**
     * Vector kernels where the JVM was started with the vector module and compiles with its optimising compiler; else
     * plain loops, with a warning that names the flag.
     */
    public static KernelChoice automatic() {
        Optional<String> limit = compilerLimit();
        if (limit.isPresent()) {
            log.warn(COMPILER_ADVICE, limit.get());
            return new KernelChoice(
                    new PlainKernels(),
                    Optional.of("plain loops instead of vector kernels: start the JVM without " + limit.get()));
        }
        if (ModuleLayer.boot().findModule(MODULE).isPresent()) {
            return vector();
        }
        log.warn(ADVICE);
        return new KernelChoice(
                new PlainKernels(),
                Optional.of("plain loops instead of vector kernels: start the JVM with --add-modules " + MODULE));
    }

    /** The flag that keeps this JVM from its highest compilation level, 4. */
    private static Optional<String> compilerLimit() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith(NO_OPTIMISING_COMPILER) && !flag.endsWith("=4"))
                .findFirst();
    }

    /** Vector kernels; the JVM must have been started with the vector module. */
    public static KernelChoice vector() {
        return new KernelChoice(new VectorKernels(), Optional.empty());
    }

    /** Plain loops, by wish and not as a fall-back. */
    public static KernelChoice plain() {
        return new KernelChoice(new PlainKernels(), Optional.empty());
    }

    Kernels kernels() {
        return kernels;
    }

    /** For logs: {@code vector-512} or {@code plain}. */
    public String name() {
        return kernels.name();
    }

    /** What is lost and what would end it. */
    public List<String> degradations() {
        return degradation.stream().toList();
    }
}
