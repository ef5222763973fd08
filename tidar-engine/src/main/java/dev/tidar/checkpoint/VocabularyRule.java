package dev.tidar.checkpoint;

import dev.tidar.checkpoint.quantized.StoredWeights;
import dev.tidar.file.Problem;
import dev.tidar.json.JsonFields;
import java.nio.file.Path;

/**
 * Compares config.json with the embedding and the output head: the embedding must have {@code vocab_size} rows, padding
 * rows included; the head must be tied or present, as declared. A tied matrix may be stored under either name. What
 * config.json says of the element type is not compared: the types of the tensors count.
 */
final class VocabularyRule {

    private final Path file;
    private final JsonFields json;
    private final ModelConfig config;
    private final StoredWeights weights;
    private final String head;

    /** @param file config.json */
    VocabularyRule(Path file, JsonFields json, ModelConfig config, StoredWeights weights) {
        this.file = file;
        this.json = json;
        this.config = config;
        this.weights = weights;
        this.head = config.family().names().head();
    }

    /** Checks, and returns the name of the matrix that is the embedding. */
    String check() {
        String name = config.family().names().embedding();
        if (config.tiedHead() && !weights.has(name) && weights.has(head)) {
            name = head;
        }
        long rows = weights.rows(name);
        if (rows != config.vocabSize()) {
            throw json.errors()
                    .wrong(
                            "vocab_size must equal the rows of %s, but is %d, and those are %d",
                            name, config.vocabSize(), rows);
        }
        checkHead(name);
        return name;
    }

    private void checkHead(String embedding) {
        if (!config.tiedHead() && !weights.has(head)) {
            throw Problem.incomplete(
                    file,
                    "tensor %s is missing and tie_word_embeddings is %s; a model without a head must set it to true",
                    head,
                    json.shown("tie_word_embeddings"));
        }
        if (config.tiedHead() && weights.has(head) && !embedding.equals(head) && !weights.same(embedding, head)) {
            throw json.errors()
                    .wrong("tie_word_embeddings is true, but %s is there and differs from %s", head, embedding);
        }
    }
}
