package dev.tidar.openai;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.spring.TidarChatModel;
import java.time.Instant;
import java.util.HexFormat;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A chat model that clients can name.
 *
 * @param chat the model
 * @param since when it began to be served
 */
public record ServedModel(TidarChatModel chat, Instant since) {

    private static final int FINGERPRINT_LENGTH = 10;

    /** The name by which clients ask for it: that of the model folder. */
    public String id() {
        return chat.model();
    }

    boolean isLoading() {
        return chat.status()
                .map(status -> status.state() == EngineState.LOADING)
                .orElse(false);
    }

    /**
     * Changes whenever the same seed may give another answer: with the weights, as far as
     * {@link EngineStatus.ModelFacts#fingerprint()} tells them apart, with the form in which the device holds them, and
     * with the kernels.
     */
    String fingerprint() {
        String computes = chat.loaded()
                .map(loaded -> String.join(
                        "\n",
                        loaded.model().fingerprint(),
                        loaded.model().weights().name(),
                        loaded.backend()))
                .orElse("");
        return "fp_" + HexFormat.of().formatHex(Sha256.of(computes)).substring(0, FINGERPRINT_LENGTH);
    }

    /** What the API tells about it. */
    ObjectNode json() {
        ObjectNode model = JsonMapper.shared().createObjectNode();
        model.put("id", id());
        model.put("object", "model");
        model.put("created", since.getEpochSecond());
        model.put("owned_by", TidarChatModel.PROVIDER);
        return model;
    }
}
