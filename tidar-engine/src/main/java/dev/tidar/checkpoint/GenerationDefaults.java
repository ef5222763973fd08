package dev.tidar.checkpoint;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.api.Sampling;
import dev.tidar.json.JsonFields;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The sampling defaults and stop ids that a model folder recommends. {@code generation_config.json} takes precedence
 * over {@code config.json}; an empty list of stop ids means that there are none.
 *
 * <p>Without {@code do_sample} the default is greedy, whatever the temperature. A temperature below {@value #MIN} is
 * greedy too; some files write it for that purpose. {@code top_k}, {@code top_p}, {@code min_p}, {@code typical_p} and
 * {@code repetition_penalty} apply to every request that does not set its own, and a setting that the file does not
 * contain is off: the {@code top_k} of 50 that transformers fills in is not in the file.
 *
 * @param stopIds token ids that end an answer, without repetition
 * @param sampling the sampling settings of the file; they have a temperature only if {@code do_sample} is set
 */
public record GenerationDefaults(List<Integer> stopIds, Sampling sampling) {

    /** The temperature that transformers uses if {@code do_sample} is set and the temperature is not. */
    private static final double DEFAULT_TEMPERATURE = 1;

    private static final int MAX_STOP_IDS = 1024;
    private static final double MIN = 0.01;
    private static final double MAX = 100;

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
        return new GenerationDefaults(
                stopIds, generation.map(GenerationDefaults::sampling).orElse(Sampling.DEFAULT));
    }

    private static Optional<List<Integer>> stopIds(JsonFields fields, int vocabSize) {
        return fields.integers("eos_token_id", 0, vocabSize - 1)
                .map(ids -> ids.stream().distinct().toList());
    }

    private static Sampling sampling(JsonFields fields) {
        Sampling.Builder sampling = Sampling.builder();
        temperature(fields).ifPresent(sampling::temperature);
        OptionalInt topK = fields.integer("top_k", 0, Integer.MAX_VALUE);
        topK.ifPresent(sampling::topK);
        number(fields, "top_p", Double.MIN_VALUE, 1, "above 0 and at most 1").ifPresent(sampling::topP);
        number(fields, "min_p", 0, 1, "from 0 to 1").ifPresent(sampling::minP);
        number(fields, "typical_p", Double.MIN_VALUE, 1, "above 0 and at most 1")
                .ifPresent(sampling::typicalP);
        number(fields, "repetition_penalty", MIN, MAX, "from 0.01 to 100").ifPresent(sampling::repetitionPenalty);
        return sampling.build();
    }

    private static OptionalDouble temperature(JsonFields fields) {
        OptionalDouble temperature = fields.number("temperature");
        if (!fields.isTrue("do_sample")) {
            return OptionalDouble.empty();
        }
        number(fields, "temperature", 0, MAX, "from 0 to 100 where do_sample is true");
        double wanted = temperature.orElse(DEFAULT_TEMPERATURE);
        return OptionalDouble.of(wanted < MIN ? 0 : wanted);
    }

    private static OptionalDouble number(JsonFields fields, String key, double min, double max, String rule) {
        OptionalDouble found = fields.number(key);
        if (found.isPresent() && (found.getAsDouble() < min || found.getAsDouble() > max)) {
            throw fields.errors().wrong("%s must be %s, but is %s", key, rule, found.getAsDouble());
        }
        return found;
    }
}
