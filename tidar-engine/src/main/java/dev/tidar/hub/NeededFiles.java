package dev.tidar.hub;

import dev.tidar.api.HubModel;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.file.FileNames;
import dev.tidar.file.ForeignFormat;
import dev.tidar.file.WeightMap;
import dev.tidar.json.JsonFields;
import dev.tidar.json.Quoted;
import java.nio.file.Path;
import java.util.ArrayList;
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

    private static final List<String> TEXTS = List.of(
            FileNames.CONFIG,
            FileNames.GENERATION_CONFIG,
            FileNames.TOKENIZER_CONFIG,
            FileNames.TOKENIZER,
            FileNames.CHAT_TEMPLATE);
    private static final List<String> ADAPTERS = FileNames.ADAPTER_FOLDERS.stream()
            .flatMap(folder -> Stream.of(FileNames.ADAPTER_CONFIG, FileNames.ADAPTER_WEIGHTS)
                    .map(name -> folder + "/" + name))
            .toList();
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*\\.safetensors");

    private NeededFiles() {}

    /** Whether the weights are in shards, whose names have to be read from the index first. */
    static boolean hasShards(Predicate<String> isThere) {
        return !isThere.test(FileNames.WEIGHTS) && isThere.test(FileNames.SHARD_INDEX);
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
            needed.add(FileNames.WEIGHTS);
            return needed;
        }
        needed.add(FileNames.SHARD_INDEX);
        for (String shard : shards(index.get())) {
            if (!files.contains(shard)) {
                throw new InvalidModelException(
                        Fault.INCOMPLETE,
                        "%s: %s names %s, which the repository lacks".formatted(model, FileNames.SHARD_INDEX, shard));
            }
            needed.add(shard);
        }
        return needed;
    }

    /** The files of shards that an index names. */
    static Set<String> shards(Path index) {
        JsonFields weights = WeightMap.of(index);
        Set<String> shards = new TreeSet<>();
        for (JsonNode value : weights.node().values()) {
            String name = value.isString() ? value.stringValue() : "";
            if (!SHARD.matcher(name).matches()) {
                throw weights.errors()
                        .unsupported("weight_map must name safetensors files of the same folder, but names %s", value);
            }
            shards.add(name);
        }
        return shards;
    }

    private static void requireModel(HubModel model, Set<String> files) {
        if (!files.contains(FileNames.CONFIG)) {
            throw new InvalidModelException(
                    Fault.NOT_A_CHECKPOINT,
                    "%s has no %s, so it is not a model in the Hugging Face layout".formatted(model, FileNames.CONFIG));
        }
        if (files.contains(FileNames.WEIGHTS) || files.contains(FileNames.SHARD_INDEX)) {
            return;
        }
        String instead = ForeignFormat.firstOf(files.stream())
                .map(other -> ", and %s is %s"
                        .formatted(Quoted.of(other.name()), other.format().description()))
                .orElse("");
        throw new InvalidModelException(
                Fault.NOT_A_CHECKPOINT,
                "%s has neither %s nor %s%s".formatted(model, FileNames.WEIGHTS, FileNames.SHARD_INDEX, instead));
    }
}
