package dev.tidar.decode;

import java.util.ArrayList;
import java.util.List;

/** Counts of one sequence. Confined to the engine thread. */
public final class DecodeStats {

    private final List<Integer> kept = new ArrayList<>();
    private int forwards;

    void forward() {
        forwards++;
    }

    void step(int emitted) {
        kept.add(emitted);
    }

    /** Decode forwards; the prefill is not one, draft passes are. */
    public int forwards() {
        return forwards;
    }

    /** Finished decode steps. */
    public int steps() {
        return kept.size();
    }

    /** Tokens emitted by the last decode step; 0 before the first. */
    public int lastKept() {
        return kept.isEmpty() ? 0 : kept.get(kept.size() - 1);
    }

    /** Tokens emitted by each decode step, in order. */
    public List<Integer> kept() {
        return List.copyOf(kept);
    }
}
