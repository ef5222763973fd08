package dev.tidar.sample.embedding;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.AbstractEmbeddingModel;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/**
 * The quantised sentence transformer all-MiniLM-L6-v2 on ONNX Runtime, as LangChain4j packs it. It is loaded by the
 * first text, which takes a second. Thread-safe.
 */
public final class MiniLmEmbeddingModel extends AbstractEmbeddingModel {

    /**
     * Characters of a text that count. The model was trained on 256 word pieces, which is fewer; and its tokenizer is
     * native code that must not be handed a text of any length.
     */
    static final int MAX_CHARACTERS = 2_000;

    private static final int DIMENSIONS = 384;

    /** Loaded when it is used. */
    private static final class Model {
        static final AllMiniLmL6V2QuantizedEmbeddingModel LOADED =
                new AllMiniLmL6V2QuantizedEmbeddingModel(Runnable::run); // ONNX Runtime has threads of its own
    }

    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        List<String> texts = request.getInstructions();
        return new EmbeddingResponse(IntStream.range(0, texts.size())
                .mapToObj(i -> new Embedding(vector(texts.get(i)), i))
                .toList());
    }

    @Override
    public float[] embed(Document document) {
        return embed(Objects.requireNonNullElse(getEmbeddingContent(document), ""));
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    /** @throws IllegalArgumentException if the text is blank */
    private static float[] vector(String text) {
        String trimmed = text.trim();
        String begin = trimmed.substring(0, Math.min(trimmed.length(), MAX_CHARACTERS));
        return Model.LOADED.embed(TextSegment.from(begin)).content().vector();
    }
}
