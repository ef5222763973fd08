package dev.tidar.checkpoint.family;

/** Llama 2 and 3, SmolLM2, and the many models that use their network. Its values are those of {@link Family}. */
final class Llama implements Family {

    @Override
    public String modelType() {
        return "llama";
    }

    @Override
    public String architecture() {
        return "LlamaForCausalLM";
    }
}
