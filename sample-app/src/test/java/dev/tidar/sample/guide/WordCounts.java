package dev.tidar.sample.guide;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.AbstractEmbeddingModel;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/** An embedding model for tests: texts are as close as the words that they share. */
public class WordCounts extends AbstractEmbeddingModel {

    private static final int SHORTEST_WORD = 4;

    private final int dimensions;
    private final AtomicInteger embedded = new AtomicInteger();

    public WordCounts() {
        this(512);
    }

    WordCounts(int dimensions) {
        this.dimensions = dimensions;
    }

    /** How many texts it has embedded. */
    int embedded() {
        return embedded.get();
    }

    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        var texts = request.getInstructions();
        return new EmbeddingResponse(IntStream.range(0, texts.size())
                .mapToObj(i -> new Embedding(vector(texts.get(i)), i))
                .toList());
    }

    @Override
    public float[] embed(Document document) {
        return embed(getEmbeddingContent(document));
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    private float[] vector(String text) {
        embedded.incrementAndGet();
        float[] counts = new float[dimensions];
        counts[0] = 0.01f;
        for (String word : text.toLowerCase(Locale.ROOT).split("[^a-z]+")) {
            if (word.length() >= SHORTEST_WORD) {
                counts[Math.floorMod(word.hashCode(), dimensions)]++;
            }
        }
        return counts;
    }
}
