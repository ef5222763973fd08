package dev.tidar.decode;

import dev.tidar.api.FinishReason;
import dev.tidar.api.TokenChunk;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.model.StepResult;
import dev.tidar.sampling.Picking;
import dev.tidar.tokenizer.StreamingDetokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One request while it is decoded: its tokens so far, what of them is in the cache, its drafts, and whether it has
 * ended.
 *
 * <p>Prefill is no special state: rows are owed for every token behind the committed ones, and when only one is owed,
 * that token is the anchor of a decode step. Confined to the engine thread.
 */
public final class Sequence implements AutoCloseable {

    private final List<Integer> tokens;
    private final int promptTokens;
    private final Picking picking;
    private final StopRule stop;
    private final Optional<TextStream> text;
    private final LayoutChoice layouts;
    private final BlockTable blocks;
    private final DecodeStats stats = new DecodeStats();

    private int committed;
    private List<Integer> drafts = List.of();
    private StepLayout layout;
    private long stepNanos;
    private Optional<FinishReason> finish = Optional.empty();

    /**
     * A sequence at its start.
     *
     * @param prompt at least one token, fewer than the context has room for
     * @param detokenizer makes its text; empty where the model has no tokenizer
     */
    public Sequence(
            List<Integer> prompt,
            Picking picking,
            StopRule stop,
            Optional<StreamingDetokenizer> detokenizer,
            LayoutChoice layouts,
            BlockTable blocks) {
        if (prompt.isEmpty() || prompt.size() >= stop.contextLength()) {
            throw new IllegalArgumentException(
                    "prompt must have 1 to %d tokens, but has %d".formatted(stop.contextLength() - 1, prompt.size()));
        }
        this.tokens = new ArrayList<>(prompt);
        this.promptTokens = prompt.size();
        this.picking = picking;
        this.stop = stop;
        this.text = detokenizer.map(d -> new TextStream(d, stop.stopStrings()));
        this.layouts = layouts;
        this.layout = layouts.next();
        this.blocks = blocks;
    }

    /** The rows of the next forward, with at most so many prompt rows. */
    SequenceStep next(int prefillChunk, int maskToken) {
        int owed = tokens.size() - committed;
        int room = stop.contextLength() - tokens.size();
        if (owed > prefillChunk) {
            return new SequenceStep(tokens.subList(committed, committed + prefillChunk), committed, 0, 1, List.of());
        }
        if (isPrefilling()) {
            return new SequenceStep(
                    tokens.subList(committed, tokens.size()),
                    committed,
                    1,
                    layout.draftLength(),
                    layout.behindPrompt(tokens.size(), room, maskToken));
        }
        return layout.next(new Pending(committed, tokens.get(committed), drafts, room), maskToken);
    }

    /**
     * Takes over what a forward decided.
     *
     * @param nanos time of the forward
     * @return what it emitted; empty for a prefill chunk and a draft pass
     */
    TokenChunk apply(SequenceStep step, StepResult.ForSequence result, long nanos) {
        boolean prefill = isPrefilling();
        stepNanos += nanos;
        drafts = result.draft();
        if (!prefill) {
            stats.forward();
        }
        List<TokenChunk.Token> emitted = new ArrayList<>(result.kept());
        for (int j = 0; j < result.kept() && finish.isEmpty(); j++) {
            emitted.add(emit(result.emitted().get(j), j < result.kept() - 1));
        }
        committed = step.committed(emitted.size());
        if (!emitted.isEmpty()) {
            if (!prefill) {
                stats.step(emitted.size());
                layouts.observe(layout, emitted.size(), stepNanos);
            }
            stepNanos = 0;
            layout = layouts.next();
        }
        return new TokenChunk(stats.steps(), emitted);
    }

    private TokenChunk.Token emit(int token, boolean accepted) {
        tokens.add(token);
        boolean stopId = stop.stopIds().contains(token);
        String piece = stopId ? "" : text.map(t -> t.accept(token)).orElse("");
        if (stopId || text.map(TextStream::isStopped).orElse(false)) {
            finish = Optional.of(FinishReason.STOP);
        } else if (emittedTokens() == stop.maxTokens() || tokens.size() == stop.contextLength()) {
            finish = Optional.of(FinishReason.LENGTH);
        }
        String rest = finish.isPresent() ? text.map(TextStream::finish).orElse("") : "";
        return new TokenChunk.Token(token, piece + rest, accepted);
    }

    /** Whether the first token is still to come. */
    public boolean isPrefilling() {
        return tokens.size() == promptTokens;
    }

    /** Why it ended, once it has. */
    public Optional<FinishReason> finish() {
        return finish;
    }

    /** Tokens emitted so far. */
    public int emittedTokens() {
        return tokens.size() - promptTokens;
    }

    public int promptTokens() {
        return promptTokens;
    }

    /** The emitted tokens. */
    public List<Integer> emitted() {
        return List.copyOf(tokens.subList(promptTokens, tokens.size()));
    }

    public Picking picking() {
        return picking;
    }

    public BlockTable blocks() {
        return blocks;
    }

    public DecodeStats stats() {
        return stats;
    }

    /** The layout of its next step. */
    public StepLayout layout() {
        return layout;
    }

    @Override
    public void close() {
        blocks.close();
    }
}
