package dev.tidar.cli.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Files that keep the readings of a soak, written anew with each, so that one that breaks leaves what it found.
 *
 * @param csv table of comma-separated values
 * @param plot picture of how each quantity went, as SVG
 */
public record SoakRecord(Optional<Path> csv, Optional<Path> plot) {

    void write(List<Reading> readings) throws IOException {
        if (csv.isPresent()) {
            String table = Stream.concat(
                            Stream.of(Reading.CSV_HEADER), readings.stream().map(Reading::csv))
                    .collect(Collectors.joining("\n", "", "\n"));
            Files.writeString(csv.get(), table);
        }
        if (plot.isPresent()) {
            Files.writeString(plot.get(), SoakPlot.svg(readings));
        }
    }
}
