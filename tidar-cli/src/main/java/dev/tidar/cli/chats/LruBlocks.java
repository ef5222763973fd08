package dev.tidar.cli.chats;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An exact LRU of blocks, to compare the prefix cache with: a list in order of use. A block is identified by all tokens
 * up to its end.
 */
final class LruBlocks {

    private final int capacity;
    private final int blockTokens;
    /** The blocks, from the least to the most recently used. */
    private final Map<List<Integer>, Boolean> blocks = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param capacity blocks of the memory
     * @param blockTokens tokens of a block
     */
    LruBlocks(int capacity, int blockTokens) {
        this.capacity = capacity;
        this.blockTokens = blockTokens;
    }

    /**
     * Serves one request: it uses the cached blocks of its prompt, takes blocks for the rest and for its answer, and
     * leaves all full blocks in the cache, the last one as the least recently used.
     *
     * @param prompt ids of the prompt; the last one is always computed
     * @param tokens ids of all tokens whose keys and values are computed, the prompt first
     * @return tokens of the prompt that were found
     */
    int request(List<Integer> prompt, List<Integer> tokens) {
        int found = 0;
        while (found < (prompt.size() - 1) / blockTokens && use(block(tokens, found))) {
            found++;
        }
        int all = (tokens.size() + blockTokens - 1) / blockTokens;
        for (int i = found; i < all; i++) {
            take(block(tokens, i));
        }
        int full = tokens.size() / blockTokens;
        if (full < all) {
            blocks.remove(block(tokens, full));
        }
        for (int i = full - 1; i >= 0; i--) {
            use(block(tokens, i));
        }
        return found * blockTokens;
    }

    /** The number of blocks that are kept. */
    int size() {
        return blocks.size();
    }

    private boolean use(List<Integer> block) {
        return blocks.get(block) != null;
    }

    private void take(List<Integer> block) {
        if (use(block)) {
            return;
        }
        if (blocks.size() == capacity) {
            Iterator<List<Integer>> oldest = blocks.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        blocks.put(block, true);
    }

    private List<Integer> block(List<Integer> tokens, int index) {
        return List.copyOf(tokens.subList(0, Math.min(tokens.size(), (index + 1) * blockTokens)));
    }
}
