package dev.tidar.load;

import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.WeightFormat;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.TidarConfig;
import dev.tidar.tensor.WeightType;
import dev.tidar.text.tokenizer.Tokenizer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What an engine and its status have to know of a checkpoint. */
record CheckpointFacts(Checkpoint checkpoint) {

    /** The input token of mask rows; empty where the model drafts by none. */
    OptionalInt maskToken() {
        return config().tidar()
                .map(TidarConfig::maskTokenId)
                .map(OptionalInt::of)
                .orElseGet(OptionalInt::empty);
    }

    /** A token that may stand in a prompt. */
    int promptToken() {
        return maskToken().orElse(-1) == 0 ? 1 : 0;
    }

    /**
     * The ids that are never sampled: the mask token, and the rows of an embedding that the tokenizer has no token for.
     *
     * @param embeddingRows of the model, or of its draft model where it has more
     */
    int[] neverSampled(Optional<Tokenizer> tokenizer, int embeddingRows) {
        int vocabSize = config().vocabSize();
        int size = tokenizer.map(Tokenizer::size).orElse(vocabSize);
        if (size > vocabSize) {
            throw new InvalidModelException(
                    InvalidModelException.Fault.CORRUPT,
                    "tokenizer.json has ids up to %d, but config.json says vocab_size %d: they do not belong together"
                            .formatted(size - 1, vocabSize));
        }
        return IntStream.concat(maskToken().stream(), IntStream.range(size, embeddingRows))
                .toArray();
    }

    /**
     * The facts for status.
     *
     * @param name the name of the model
     * @param weights how the device holds its weights
     * @param contextLength tokens of a sequence
     * @param chat whether it has a chat template
     */
    ModelFacts status(String name, WeightType weights, int contextLength, boolean chat) {
        ModelConfig config = config();
        return new ModelFacts(
                name,
                config.family().modelType(),
                checkpoint.parameters(),
                format(weights),
                checkpoint.quantization(),
                contextLength,
                maskToken(),
                config.tidar().map(TidarConfig::blockSize).map(OptionalInt::of).orElseGet(OptionalInt::empty),
                config.tidar().map(TidarConfig::shortGroups).orElse(false),
                checkpoint.draftAdapter().isPresent(),
                chat,
                checkpoint.drafting(),
                checkpoint.fingerprint());
    }

    private static WeightFormat format(WeightType type) {
        return switch (type) {
            case F32 -> WeightFormat.F32;
            case BF16 -> WeightFormat.BF16;
            case INT8 -> WeightFormat.INT8;
        };
    }

    private ModelConfig config() {
        return checkpoint.config();
    }
}
