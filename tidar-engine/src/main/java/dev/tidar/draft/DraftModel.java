package dev.tidar.draft;

import dev.tidar.kvcache.KvCache;
import dev.tidar.model.TidarModel;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A second, smaller network with the tokens of the first one, which drafts by decoding autoregressively, as in
 * classical speculative decoding (arXiv 2211.17192). Confined to the engine thread.
 *
 * @param network the network; nothing but its exact rows is used
 * @param kvCache the KV cache of this network, with blocks for as many tokens as the cache of the first one
 * @param vocabSize token ids that it knows, from 0
 * @param contextLength tokens of a sequence that it can draft after
 */
public record DraftModel(TidarModel network, KvCache kvCache, int vocabSize, int contextLength) {

    /** The same with a network that is wrapped. */
    public DraftModel with(UnaryOperator<TidarModel> wrapper) {
        return new DraftModel(wrapper.apply(network), kvCache, vocabSize, contextLength);
    }

    /**
     * What it knows of a new sequence, which is nothing yet.
     *
     * @param salt sequences share cached prefixes only where their salts are equal
     * @return empty where it lacks a token of the prompt, so that it cannot draft for this sequence
     */
    public Optional<DraftedSequence> sequence(List<Integer> prompt, String salt) {
        return prompt.stream().allMatch(token -> token < vocabSize)
                ? Optional.of(new DraftedSequence(kvCache.table(salt), contextLength))
                : Optional.empty();
    }
}
