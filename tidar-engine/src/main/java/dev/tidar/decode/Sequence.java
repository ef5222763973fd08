package dev.tidar.decode;

import dev.tidar.kvcache.BlockTable;
import dev.tidar.step.SequenceStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The tokens of one sequence: those of its prompt and its answer, how many of them are committed to the KV cache, and
 * the drafts that the next step will verify. Confined to the engine thread.
 *
 * <pre>{@code
 * tokens      p0 p1 p2 | t0 t1 t2      prompt | emitted
 * committed   x  x  x    x  x          keys and values are in the cache
 * anchor                       t2      emitted, not yet in the cache: row 0 of the next step
 * drafts                          d1 d2
 * }</pre>
 *
 * <p>Prefill is no special state. Tokens that are not committed need a row each; when only one is left, that token is
 * the anchor of a decode step.
 */
public final class Sequence implements AutoCloseable {

    private final List<Integer> tokens;
    private final int promptTokens;
    private final BlockTable blocks;
    private int committed;
    private List<Integer> drafts = List.of();

    Sequence(List<Integer> prompt, BlockTable blocks) {
        this.tokens = new ArrayList<>(prompt);
        this.promptTokens = prompt.size();
        this.blocks = blocks;
    }

    /**
     * Takes over what the prefix cache has of its tokens, at its start and after it was preempted.
     *
     * @return tokens that need not be computed
     */
    public int begin() {
        committed = blocks.begin(tokens);
        return committed;
    }

    /** Gives its blocks back and forgets its drafts; all its tokens are uncomputed again. */
    void preempt() {
        blocks.close();
        committed = 0;
        drafts = List.of();
    }

    /**
     * Appends what a step emitted, and commits the rows that were kept for it. Rejected rows need no clean-up: the next
     * step overwrites their keys and values.
     */
    void commit(SequenceStep rows, List<Integer> emitted) {
        tokens.addAll(emitted);
        committed = rows.committed(emitted.size());
        blocks.commit(tokens, committed);
    }

    /** Takes over the drafts for the next step. */
    void propose(List<Integer> proposed) {
        drafts = List.copyOf(proposed);
    }

    /** The drafts for the next step, of the model's own. */
    public List<Integer> drafts() {
        return drafts;
    }

    /** The exact token that is emitted and not yet in the cache, once nothing else is left to compute. */
    int anchor() {
        return tokens.get(committed);
    }

    /** P: positions whose keys and values are in the cache. */
    int committed() {
        return committed;
    }

    /** Tokens whose keys and values are not in the cache yet, at least 1. */
    public int uncomputed() {
        return tokens.size() - committed;
    }

    /** The next of these tokens. */
    List<Integer> uncomputed(int count) {
        return tokens.subList(committed, committed + count);
    }

    /** Whether tokens besides the anchor must be computed: the prompt's, or all of them after a preemption. */
    public boolean needsPrefill() {
        return awaitsFirstToken() || uncomputed() > 1;
    }

    /** Whether nothing was emitted yet. */
    public boolean awaitsFirstToken() {
        return tokens.size() == promptTokens;
    }

    /** All tokens of prompt and answer; a view. */
    List<Integer> tokens() {
        return Collections.unmodifiableList(tokens);
    }

    /** A token of prompt or answer. */
    int token(int index) {
        return tokens.get(index);
    }

    /** Tokens of prompt and answer so far. */
    public int size() {
        return tokens.size();
    }

    /** The number of tokens emitted so far. */
    public int numEmitted() {
        return tokens.size() - promptTokens;
    }

    /** The tokens emitted so far. */
    public List<Integer> emitted() {
        return List.copyOf(tokens.subList(promptTokens, tokens.size()));
    }

    /** Its KV memory. */
    public BlockTable blocks() {
        return blocks;
    }

    @Override
    public void close() {
        blocks.close();
    }
}
