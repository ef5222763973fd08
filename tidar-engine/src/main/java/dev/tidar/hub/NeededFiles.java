package dev.tidar.hub;

import dev.tidar.api.HubModel;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.file.ForeignFormat;
import dev.tidar.file.ModelFile;
import dev.tidar.json.JsonFields;
import dev.tidar.json.Quoted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Which files of a repository the engine reads: the others, such as the same weights as a pickle or as GGUF, are not
 * downloaded. Small files come first, so that one that is refused costs no time.
 */
final class NeededFiles {

    static final String CONFIG = "config.json";
    static final String WEIGHTS = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final List<String> TEXTS =
            List.of(CONFIG, "generation_config.json", "tokenizer_config.json", "tokenizer.json", "chat_template.jinja");
    private static final List<String> ADAPTERS = Stream.of("draft_adapter", "linear_spec_lora")
            .flatMap(folder -> Stream.of(folder + "/adapter_config.json", folder + "/adapter_model.safetensors"))
            .toList();
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors");
    private static final int MAX_INDEX_BYTES = 64 << 20;

    private NeededFiles() {}

    /** Whether the weights are in shards, whose names have to be read from the index first. */
    static boolean hasShards(Predicate<String> isThere) {
        return !isThere.test(WEIGHTS) && isThere.test(INDEX);
    }

    /**
     * The needed ones of the files of a model.
     *
     * @param index the index of the shards, already on this machine; empty if the weights are one file
     * @throws InvalidModelException if the repository is no model that the engine could read
     */
    static List<String> of(HubModel model, Set<String> files, Optional<Path> index) {
        requireModel(model, files);
        List<String> needed = new ArrayList<>();
        Stream.concat(TEXTS.stream(), ADAPTERS.stream()).filter(files::contains).forEach(needed::add);
        if (index.isEmpty()) {
            needed.add(WEIGHTS);
            return needed;
        }
        needed.add(INDEX);
        for (String shard : shards(index.get())) {
            if (!files.contains(shard)) {
                throw new InvalidModelException(
                        Fault.INCOMPLETE, "%s: %s names %s, which the repository lacks".formatted(model, INDEX, shard));
            }
            needed.add(shard);
        }
        return needed;
    }

    /** The files of shards that an index names. */
    static Set<String> shards(Path index) {
        JsonFields fields = ModelFile.fields(index, MAX_INDEX_BYTES);
        JsonFields weights = fields.object("weight_map").orElseThrow(() -> fields.missing("weight_map"));
        Set<String> shards = new TreeSet<>();
        for (JsonNode value : weights.node().values()) {
            String name = value.isString() ? value.stringValue() : "";
            if (!SHARD.matcher(name).matches()) {
                throw fields.errors()
                        .unsupported("weight_map must name safetensors files of the same folder, but names %s", value);
            }
            shards.add(name);
        }
        return shards;
    }

    private static void requireModel(HubModel model, Set<String> files) {
        if (!files.contains(CONFIG)) {
            throw new InvalidModelException(
                    Fault.NOT_A_CHECKPOINT,
                    "%s has no %s, so it is not a model in the Hugging Face layout".formatted(model, CONFIG));
        }
        if (files.contains(WEIGHTS) || files.contains(INDEX)) {
            return;
        }
        String instead = files.stream()
                .filter(name -> ForeignFormat.ofName(name).isPresent())
                .min(Comparator.naturalOrder())
                .map(name -> ", and %s is %s"
                        .formatted(
                                Quoted.of(name),
                                ForeignFormat.ofName(name).orElseThrow().description()))
                .orElse("");
        throw new InvalidModelException(
                Fault.NOT_A_CHECKPOINT, "%s has neither %s nor %s%s".formatted(model, WEIGHTS, INDEX, instead));
    }
}
