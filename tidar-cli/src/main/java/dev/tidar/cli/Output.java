package dev.tidar.cli;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command writes. picocli sets the spec before it calls the command. */
final class Output {

    private Output() {}

    static PrintWriter of(@Nullable CommandSpec spec) {
        return commandLine(spec).getOut();
    }

    static CommandLine commandLine(@Nullable CommandSpec spec) {
        return Objects.requireNonNull(spec, "spec").commandLine();
    }
}
