package dev.tidar.checkpoint.safetensors;

import dev.tidar.api.InvalidModelException;
import dev.tidar.file.FileNames;
import dev.tidar.file.ForeignFormat;
import dev.tidar.file.ModelFolder;
import dev.tidar.file.Problem;
import dev.tidar.file.WeightMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Opens the weights of a model folder: {@code model.safetensors}, or the shards that its index names. */
public final class ShardIndex {

    private static final int MAX_SHARDS = 4096;

    private ShardIndex() {}

    /** Opens all weights of a folder. */
    public static TensorSet open(ModelFolder folder) {
        if (folder.has(FileNames.WEIGHTS)) {
            return new TensorSet(folder.path(), List.of(SafetensorsFile.open(folder.file(FileNames.WEIGHTS))));
        }
        if (folder.has(FileNames.SHARD_INDEX)) {
            return openShards(folder);
        }
        throw folder.without(FileNames.WEIGHTS);
    }

    private static TensorSet openShards(ModelFolder folder) {
        Path index = folder.file(FileNames.SHARD_INDEX);
        Map<String, List<String>> tensorsByShard = tensorsByShard(index);
        List<SafetensorsFile> opened = new ArrayList<>();
        try {
            for (Map.Entry<String, List<String>> shard : tensorsByShard.entrySet()) {
                SafetensorsFile file = SafetensorsFile.open(folder.file(shard.getKey()));
                opened.add(file);
                requireAll(index, file, shard.getValue());
            }
        } catch (InvalidModelException e) {
            opened.forEach(SafetensorsFile::close);
            throw e;
        }
        return new TensorSet(folder.path(), opened);
    }

    private static Map<String, List<String>> tensorsByShard(Path index) {
        Map<String, List<String>> tensorsByShard = new LinkedHashMap<>();
        WeightMap.of(index).node().properties().forEach(entry -> {
            if (!entry.getValue().isString()) {
                throw Problem.corrupt(
                        index, "weight_map.%s must be a string, but is %s", entry.getKey(), entry.getValue());
            }
            String shard = entry.getValue().stringValue();
            ForeignFormat.ofName(shard).ifPresent(format -> {
                throw Problem.foreign(index, "weight_map names %s, and this is %s", shard, format.description());
            });
            tensorsByShard.computeIfAbsent(shard, name -> new ArrayList<>()).add(entry.getKey());
        });
        if (tensorsByShard.isEmpty() || tensorsByShard.size() > MAX_SHARDS) {
            throw Problem.corrupt(
                    index, "weight_map must name 1 to %d shards, but names %d", MAX_SHARDS, tensorsByShard.size());
        }
        return tensorsByShard;
    }

    private static void requireAll(Path index, SafetensorsFile file, List<String> names) {
        for (String name : names) {
            if (!file.tensors().containsKey(name)) {
                throw Problem.corrupt(
                        index,
                        "weight_map puts tensor %s in %s, which lacks it",
                        name,
                        file.path().getFileName());
            }
        }
    }
}
