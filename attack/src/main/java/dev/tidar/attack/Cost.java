package dev.tidar.attack;

import dev.tidar.attack.run.ProcessorTime;
import java.io.IOException;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What an attack took.
 *
 * @param seconds from its begin to its end
 * @param processorSeconds of all cores and processes; empty where the system does not tell
 */
record Cost(double seconds, OptionalDouble processorSeconds) {

    static final Cost NONE = new Cost(0, OptionalDouble.of(0));

    /** Runs from its creation. */
    static final class Clock {

        private final long start = System.nanoTime();
        private final OptionalDouble processorStart = ProcessorTime.seconds();

        Clock() throws IOException {}

        Cost read() throws IOException {
            OptionalDouble processor = ProcessorTime.seconds();
            return new Cost(
                    (System.nanoTime() - start) / 1e9,
                    processor.isPresent() && processorStart.isPresent()
                            ? OptionalDouble.of(processor.getAsDouble() - processorStart.getAsDouble())
                            : OptionalDouble.empty());
        }
    }

    Cost plus(Cost other) {
        return new Cost(
                seconds + other.seconds,
                processorSeconds.isPresent() && other.processorSeconds.isPresent()
                        ? OptionalDouble.of(processorSeconds.getAsDouble() + other.processorSeconds.getAsDouble())
                        : OptionalDouble.empty());
    }

    String processorText() {
        return processorSeconds.isPresent()
                ? String.format(Locale.ROOT, "%.0f", processorSeconds.getAsDouble())
                : "not known";
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.0f s (processor time in s: %s)", seconds, processorText());
    }
}
