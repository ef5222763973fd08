package dev.tidar.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Rejects arguments that the JVM could not read.
 *
 * <p>In a C or POSIX locale, which is usual in containers, the JVM turns each byte above 127 into a question mark, and
 * the model would answer another prompt than the typed one. The typed bytes can be read under {@code /proc}.
 */
final class LocaleGuard {

    private LocaleGuard() {}

    static void requireReadable(CommandLine commandLine, String[] args) {
        boolean marked = Arrays.stream(args).anyMatch(arg -> arg.indexOf('?') >= 0 || arg.indexOf('\uFFFD') >= 0);
        if (marked && typedBeyondAscii() && !carriesUnicode(System.getProperty("sun.jnu.encoding", "UTF-8"))) {
            throw new ParameterException(
                    commandLine,
                    ("arguments must be ASCII in this locale (%s), but one is not: set LC_ALL=C.UTF-8, or give - in place "
                                    + "of the text and the text on standard input")
                            .formatted(System.getProperty("sun.jnu.encoding")));
        }
    }

    private static boolean carriesUnicode(String encoding) {
        return !encoding.startsWith("ANSI_X3.4") && !encoding.equals("US-ASCII") && !encoding.equals("646");
    }

    private static boolean typedBeyondAscii() {
        try {
            byte[] typed = Files.readAllBytes(Path.of("/proc/self/cmdline"));
            return !StandardCharsets.US_ASCII.newEncoder().canEncode(new String(typed, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return false; // no /proc: not a platform whose JVM loses bytes silently
        }
    }
}
