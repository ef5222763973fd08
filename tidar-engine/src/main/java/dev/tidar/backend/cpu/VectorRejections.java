package dev.tidar.backend.cpu;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;

/** Every reason for not taking the vector kernels. */
final class VectorRejections {

    private static final String MODULE = "jdk.incubator.vector";
    private static final String COMPILER_LIMIT = "-XX:TieredStopAtLevel=";
    private static final String INTERPRETER = "-Xint";
    private static final int MIN_BITS = 128;

    private VectorRejections() {}

    static Optional<Rejection> find() {
        List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
        Optional<Rejection> compiler = compiler(flags);
        if (compiler.isPresent()) {
            return compiler;
        }
        // The classes of the vector kernels can be loaded only after this.
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return Optional.of(module());
        }
        int bits = VectorKernels.bits();
        return bits < MIN_BITS ? Optional.of(narrow(bits)) : Optional.empty();
    }

    /**
     * Rejects a JVM without the optimising compiler, in which a vector operation is a call that allocates its result.
     */
    private static Optional<Rejection> compiler(List<String> flags) {
        return flags.stream()
                .filter(flag -> flag.startsWith(COMPILER_LIMIT) && !flag.endsWith("=4") || flag.equals(INTERPRETER))
                .findFirst()
                .map(VectorRejections::compiler);
    }

    static Rejection compiler(String flag) {
        return new Rejection(
                "this JVM was started with %s, which leaves out its optimising compiler".formatted(flag),
                "start the JVM without " + flag,
                """
                spring-boot:run and the run configurations of IDEs leave it out for a faster start. \
                Maven: <optimizedLaunch>false</optimizedLaunch> of the spring-boot-maven-plugin. \
                IntelliJ IDEA: Modify options, Disable launch optimization.""");
    }

    static Rejection module() {
        return new Rejection(
                "this JVM was started without the module " + MODULE, "start the JVM with --add-modules " + MODULE, """
                Add it where the application starts:
                  java: java --add-modules jdk.incubator.vector -jar application.jar
                  containers: environment variable JDK_JAVA_OPTIONS=--add-modules=jdk.incubator.vector
                  Maven: spring-boot-maven-plugin <jvmArguments>--add-modules jdk.incubator.vector</jvmArguments>, \
                maven-surefire-plugin <argLine>--add-modules jdk.incubator.vector</argLine>
                  Gradle: bootRun { jvmArgs '--add-modules=jdk.incubator.vector' }, \
                test { jvmArgs '--add-modules=jdk.incubator.vector' }""");
    }

    static Rejection narrow(int bits) {
        return new Rejection(
                "its vectors have %d bits, but %d is the minimum".formatted(bits, MIN_BITS),
                "run on a processor with vectors of %d bits, without -XX:MaxVectorSize".formatted(MIN_BITS),
                "The processor, or the flag -XX:MaxVectorSize, limits them.");
    }
}
