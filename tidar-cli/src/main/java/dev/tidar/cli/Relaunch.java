package dev.tidar.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Starts this program again in a JVM that has the vector module.
 *
 * <p>No manifest entry and no call can add an incubator module to a running JVM, and without this one matrix products
 * are 2 to 10 times slower. The child has the same JVM options, arguments and standard streams; it ends with this JVM,
 * and this JVM ends with its exit code.
 */
final class Relaunch {

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private Relaunch() {}

    /** Returns a relaunch; empty if this JVM has the module, or if its JDK lacks it. */
    static Optional<Relaunch> whereVectorModuleIsMissing() {
        boolean loaded = ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
        boolean available = ModuleFinder.ofSystem().find(VECTOR_MODULE).isPresent();
        return !loaded && available ? Optional.of(new Relaunch()) : Optional.empty();
    }

    /** Runs the program with these arguments and returns its exit code. */
    int run(String[] args) {
        try {
            Process child = new ProcessBuilder(command(args)).inheritIO().start();
            Runtime.getRuntime().addShutdownHook(new Thread(child::destroy, "tidar-relaunch-end"));
            return child.waitFor();
        } catch (IOException e) {
            throw new CommandFailedException(
                    "cannot start java with --add-modules %s (%s); --no-relaunch runs without it"
                            .formatted(VECTOR_MODULE, e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("interrupted", e);
        }
    }

    private static List<String> command(String[] args) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("--add-modules=" + VECTOR_MODULE);
        // The manifest applies to 'java -jar' alone.
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.add("--no-relaunch");
        command.addAll(List.of(args));
        return command;
    }
}
