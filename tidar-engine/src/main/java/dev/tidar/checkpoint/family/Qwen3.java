package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import java.util.List;

/**
 * Qwen3, which normalises each query and key head. TiDAR folders that are tagged as plain Qwen3 are of this family too;
 * their mask token and block size are found or set as for every family.
 */
final class Qwen3 implements Family {

    @Override
    public String modelType() {
        return "qwen3";
    }

    @Override
    public String architecture() {
        return "Qwen3ForCausalLM";
    }

    @Override
    public boolean headNorms() {
        return true;
    }

    @Override
    public List<LayerKind> layers(JsonFields config, int layers, int context) {
        return Qwen2.switched(config, layers);
    }

    @Override
    public Defaults defaults() {
        return Defaults.QWEN;
    }
}
