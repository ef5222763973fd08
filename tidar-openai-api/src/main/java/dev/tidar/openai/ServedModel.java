package dev.tidar.openai;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.spring.TidarChatModel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
        return chat.status().map(EngineStatus::name).orElse("");
    }

    boolean isLoading() {
        return chat.status()
                .map(status -> status.state() == EngineState.LOADING)
                .orElse(false);
    }

    /**
     * Changes whenever the same seed may give another answer: with the weights, the form in which the device holds
     * them, and the kernels.
     */
    String fingerprint() {
        String computes = chat.loaded()
                .map(loaded -> String.join(
                        "\n",
                        loaded.model().name(),
                        loaded.model().family(),
                        String.valueOf(loaded.model().parameters()),
                        loaded.model().weights().name(),
                        loaded.backend()))
                .orElse("");
        return "fp_" + sha256(computes).substring(0, FINGERPRINT_LENGTH);
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

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
