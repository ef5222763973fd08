package dev.tidar.cli;

import dev.tidar.api.InvalidRequestException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the lines of a file that an option names. */
final class TextLines {

    private TextLines() {}

    /**
     * Returns the lines of a file.
     *
     * @param option the option, for the message
     * @param file name of the file; {@code -} is standard input
     * @throws InvalidRequestException naming option and file, if it cannot be read
     */
    static List<String> of(String option, String file) {
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
            return reader.lines().toList();
        } catch (UncheckedIOException | IOException e) {
            throw new InvalidRequestException(
                    "%s must be a readable UTF-8 file, but %s is not: %s".formatted(option, file, e), e);
        }
    }
}
