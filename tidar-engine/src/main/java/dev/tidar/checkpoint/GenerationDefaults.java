package dev.tidar.checkpoint;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How the model's makers want answers to be made. {@code generation_config.json} outranks {@code config.json}; a list
 * of stop ids that is empty means none.
 *
 * @param stopIds token ids that end an answer, without repetition
 * @param temperature what to sample with, where {@code do_sample} is set; empty means greedy
 */
public record GenerationDefaults(List<Integer> stopIds, OptionalDouble temperature) {

    /** What transformers samples with where {@code do_sample} is set and the temperature is not. */
    private static final double DEFAULT_TEMPERATURE = 1;

    private static final int MAX_STOP_IDS = 1024;
    private static final double MAX_TEMPERATURE = 100;

    public GenerationDefaults {
        stopIds = List.copyOf(stopIds);
        if (stopIds.size() > MAX_STOP_IDS) {
            throw new InvalidModelException(
                    Fault.CORRUPT,
                    "eos_token_id must have at most %d ids, but has %d".formatted(MAX_STOP_IDS, stopIds.size()));
        }
    }

    static GenerationDefaults read(JsonFields config, Optional<JsonFields> generation, int vocabSize) {
        List<Integer> stopIds = generation
                .flatMap(fields -> stopIds(fields, vocabSize))
                .or(() -> stopIds(config, vocabSize))
                .orElse(List.of());
        return new GenerationDefaults(stopIds, temperature(generation));
    }

    private static Optional<List<Integer>> stopIds(JsonFields fields, int vocabSize) {
        return fields.integers("eos_token_id", 0, vocabSize - 1)
                .map(ids -> ids.stream().distinct().toList());
    }

    private static OptionalDouble temperature(Optional<JsonFields> generation) {
        if (generation.isEmpty()) {
            return OptionalDouble.empty();
        }
        JsonFields fields = generation.get();
        double temperature = fields.number("temperature").orElse(DEFAULT_TEMPERATURE);
        if (!fields.isTrue("do_sample")) {
            return OptionalDouble.empty();
        }
        if (temperature <= 0 || temperature > MAX_TEMPERATURE) {
            throw Problem.corrupt(
                    fields.file(),
                    "temperature must be above 0 and at most %s where do_sample is true, but is %s",
                    MAX_TEMPERATURE,
                    temperature);
        }
        return OptionalDouble.of(temperature);
    }
}
