package dev.tidar.checkpoint.family;

import dev.tidar.json.JsonFields;
import java.util.List;
import java.util.Optional;

/**
 * Nemotron-Labs-Diffusion (arXiv 2607.05722): the network of Ministral 3 under other names, trained to fill in masks in
 * both directions besides. One head serves both. Its draft adapter lies in {@code linear_spec_lora/}.
 */
final class NemotronLabsDiffusion implements Family {

    private static final String PARADIGM = "dlm_paradigm";

    @Override
    public String modelType() {
        return "nemotron_labs_diffusion";
    }

    @Override
    public String architecture() {
        return "NemotronLabsDiffusionModel";
    }

    @Override
    public TensorNames names() {
        return new TensorNames("encoder.", "diffusion_head.weight", Optional.empty(), Optional.empty());
    }

    @Override
    public List<LayerKind> layers(JsonFields config, int layers, int context) {
        return Mistral.everyLayer(config, layers);
    }

    @Override
    public RopeTraits rope() {
        return Ministral3.ROPE;
    }

    @Override
    public void requireSupported(JsonFields config) {
        Ministral3.requireRopeParameters(config);
        if (!config.string(PARADIGM).orElse("bidirectional").equals("bidirectional")) {
            throw config.unsupported(PARADIGM, "bidirectional");
        }
    }
}
