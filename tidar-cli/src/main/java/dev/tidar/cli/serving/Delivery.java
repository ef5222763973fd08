package dev.tidar.cli.serving;

import dev.tidar.api.TokenChunk;
import java.util.ArrayList;
import java.util.List;

/**
 * Times at which the tokens of one generation were delivered. A listener thread of the engine writes them; other
 * threads read them once the generation has ended.
 */
public final class Delivery {

    private final long submitted = System.nanoTime();
    private final List<Double> gapMillis = new ArrayList<>();
    private double firstMillis;
    private long last;

    void chunk(TokenChunk chunk) {
        long now = System.nanoTime();
        if (last == 0) {
            firstMillis = (now - submitted) / 1e6;
        } else {
            gapMillis.add((now - last) / 1e6);
        }
        last = now;
        for (int i = 1; i < chunk.tokens().size(); i++) {
            gapMillis.add(0.0);
        }
    }

    /** The time from submission to the first token; 0 without a token. */
    public double firstTokenMillis() {
        return firstMillis;
    }

    /** The times between each token and the next; tokens of one step come together, so the gap between them is 0. */
    List<Double> gapMillis() {
        return List.copyOf(gapMillis);
    }
}
