package dev.tidar.cli;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.TidarException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/**
 * {@code java -jar tidar.jar}: it prints results on standard output and everything else on standard error.
 *
 * <p>The exit codes are 0 if the command succeeded, 1 if the model, the device or the run failed, and 2 if the
 * arguments are wrong. A failure is reported in one line.
 */
@Command(
        name = "tidar",
        description = "Runs TiDAR language models: inspect a model folder, generate with it, measure it.",
        subcommands = {
            InspectCommand.class,
            GenerateCommand.class,
            BenchCommand.class,
            BenchServingCommand.class,
            BenchChatsCommand.class,
            SoakCommand.class,
            TokensCommand.class
        },
        versionProvider = Main.Version.class,
        usageHelpAutoWidth = true,
        footer = {
            "",
            "The vector kernels need the module jdk.incubator.vector, which 'java -jar' leaves out: tidar then starts "
                    + "itself once more with --add-modules jdk.incubator.vector."
        })
public final class Main {

    static final int FAILED = 1;
    static final int BAD_ARGUMENTS = 2;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this text.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean version;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Log to standard error, with the stack trace of a failure.")
    private boolean verbose;

    @Option(
            names = "--no-relaunch",
            scope = ScopeType.INHERIT,
            description = "Stay in this JVM even if it lacks the vector module.")
    private boolean noRelaunch;

    private Main() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        var main = new Main();
        var out = utf8(FileDescriptor.out);
        var err = utf8(FileDescriptor.err);
        CommandLine commandLine = main.commandLine(out, err);
        commandLine.setExecutionStrategy(parsed -> main.inTheRightJvm(parsed, args));
        int exitCode = commandLine.execute(args);
        out.flush();
        err.flush();
        System.exit(exitCode);
    }

    /** Runs one command in this JVM and returns its exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        return new Main().commandLine(out, err).execute(args);
    }

    private CommandLine commandLine(PrintWriter out, PrintWriter err) {
        return new CommandLine(this)
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((exception, args) -> badArguments(err, exception))
                .setExecutionExceptionHandler((exception, commandLine, parsed) -> failed(err, exception));
    }

    private int inTheRightJvm(ParseResult parsed, String[] args) {
        CommandLine commandLine = parsed.commandSpec().commandLine();
        LocaleGuard.requireReadable(commandLine, args);
        if (verbose) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
        }
        Optional<Relaunch> relaunch =
                noRelaunch || !loadsAModel(parsed) ? Optional.empty() : Relaunch.whereVectorModuleIsMissing();
        if (relaunch.isEmpty()) {
            return new RunLast().execute(parsed);
        }
        try {
            return relaunch.get().run(args);
        } catch (CommandFailedException e) {
            throw new ExecutionException(commandLine, String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean loadsAModel(ParseResult parsed) {
        return parsed.hasSubcommand()
                && !parsed.subcommand().isUsageHelpRequested()
                && !(parsed.subcommand().commandSpec().userObject() instanceof TokensCommand);
    }

    private int badArguments(PrintWriter err, ParameterException exception) {
        String command = exception.getCommandLine().getCommandSpec().qualifiedName();
        String message = String.valueOf(exception.getMessage()).replaceFirst("^Error: ", "");
        return fail(err, BAD_ARGUMENTS, message + "; see " + command + " --help", exception);
    }

    private int failed(PrintWriter err, Exception exception) throws Exception {
        if (exception instanceof InvalidRequestException) {
            return fail(err, BAD_ARGUMENTS, String.valueOf(exception.getMessage()), exception);
        }
        if (exception instanceof TidarException || exception instanceof CommandFailedException) {
            return fail(err, FAILED, String.valueOf(exception.getMessage()), exception);
        }
        throw exception;
    }

    private int fail(PrintWriter err, int exitCode, String message, Exception exception) {
        err.println("tidar: " + message.lines().collect(Collectors.joining(" ")));
        if (verbose) {
            exception.printStackTrace(err);
        }
        err.flush();
        return exitCode;
    }

    private static PrintWriter utf8(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"tidar " + (version == null ? "(not packaged)" : version)};
        }
    }
}
