package dev.tidar.file;

import dev.tidar.json.JsonFields;
import java.nio.file.Path;

/** Which shard has which tensor, as the index of the shards says. */
public final class WeightMap {

    private static final int MAX_INDEX_BYTES = 64 << 20;

    private WeightMap() {}

    /** Reads the {@code weight_map} of an index: the file of each tensor by the name of the tensor. */
    public static JsonFields of(Path index) {
        JsonFields fields = ModelFile.fields(index, MAX_INDEX_BYTES);
        return fields.object("weight_map").orElseThrow(() -> fields.missing("weight_map"));
    }
}
