package dev.tidar.file;

import java.util.List;

/** What the files of a model are called in the Hugging Face layout. */
public final class FileNames {

    public static final String CONFIG = "config.json";
    public static final String GENERATION_CONFIG = "generation_config.json";
    public static final String TOKENIZER = "tokenizer.json";
    public static final String TOKENIZER_CONFIG = "tokenizer_config.json";
    public static final String CHAT_TEMPLATE = "chat_template.jinja";

    /** All weights in one file. */
    public static final String WEIGHTS = "model.safetensors";

    /** Which shard has which weights, where they are in several files. */
    public static final String SHARD_INDEX = "model.safetensors.index.json";

    /** The folders that a draft adapter may lie in. The second name is that of Nemotron-Labs-Diffusion. */
    public static final List<String> ADAPTER_FOLDERS = List.of("draft_adapter", "linear_spec_lora");

    public static final String ADAPTER_CONFIG = "adapter_config.json";
    public static final String ADAPTER_WEIGHTS = "adapter_model.safetensors";

    private FileNames() {}
}
