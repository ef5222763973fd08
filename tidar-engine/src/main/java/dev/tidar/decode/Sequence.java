package dev.tidar.decode;

import dev.tidar.api.FinishReason;
import dev.tidar.api.LogProbs;
import dev.tidar.api.TokenChunk;
import dev.tidar.kvcache.BlockTable;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.SequenceStep.Group;
import dev.tidar.step.StepResult;
import dev.tidar.tensor.Ids;
import dev.tidar.text.tokenizer.StreamingDetokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One request while it is decoded: its tokens so far, what of them is in the cache, its drafts, and whether it has
 * ended.
 *
 * <p>Prefill is no special state: rows are owed for every token after the committed ones, and when only one is owed,
 * that token is the anchor of a decode step. Confined to the engine thread.
 */
public final class Sequence implements AutoCloseable {

    private final List<Integer> tokens;
    private final int promptTokens;
    private final RowRules rules;
    private final StopRule stop;
    private final Optional<TextStream> text;
    private final Optional<HeldAnswer> held;
    private final LayoutChoice layouts;
    private final BlockTable blocks;
    private final DecodeStats stats = new DecodeStats();

    private int committed;
    private List<Integer> drafts = List.of();
    private StepLayout layout = StepLayout.AUTOREGRESSIVE;
    private boolean betweenSteps = true;
    private Optional<FinishReason> finish = Optional.empty();

    /**
     * A sequence at its start.
     *
     * @param prompt at least one token, fewer than the context has room for
     * @param start what its answer is held to
     * @param detokenizer makes its text; empty where the model has no tokenizer
     */
    public Sequence(
            List<Integer> prompt,
            SamplingParams params,
            StopRule stop,
            AnswerState start,
            Optional<StreamingDetokenizer> detokenizer,
            LayoutChoice layouts,
            BlockTable blocks) {
        if (prompt.isEmpty() || prompt.size() >= stop.contextLength()) {
            throw new IllegalArgumentException(
                    "prompt must have 1 to %d tokens, but has %d".formatted(stop.contextLength() - 1, prompt.size()));
        }
        this.tokens = new ArrayList<>(prompt);
        this.promptTokens = prompt.size();
        this.rules = new RowRules(params, prompt);
        this.stop = stop;
        this.text = detokenizer.map(d -> new TextStream(d, stop.stopStrings()));
        this.held = start.isHeld() ? Optional.of(new HeldAnswer(start)) : Optional.empty();
        this.layouts = layouts;
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

    /**
     * Gives its blocks back, so that another sequence can go on. It loses nothing but time: once it has begun again,
     * its tokens are found in the prefix cache or owed.
     */
    public void preempt() {
        blocks.close();
        committed = 0;
        drafts = List.of();
        betweenSteps = true;
    }

    /**
     * The rows of the next forward.
     *
     * @param promptRows owed rows at most, where more than the anchor is owed; at least 1
     */
    SequenceStep next(int promptRows, int maskToken) {
        if (betweenSteps) {
            layout = layouts.current();
        }
        int room = stop.contextLength() - tokens.size();
        if (!owesPrompt()) {
            return layout.next(pending(room), maskToken);
        }
        int end = Math.min(committed + promptRows, tokens.size());
        List<Integer> rows = tokens.subList(committed, end);
        if (end < tokens.size()) {
            return new SequenceStep(rows, committed, 0, 1, List.of());
        }
        List<Group> groups = layout.afterPrompt(tokens.size(), room, maskToken);
        return new SequenceStep(rows, committed, 1, layout.draftLength(), groups);
    }

    /** With what may and must come next in place of drafts that may not. */
    private Pending pending(int room) {
        List<Integer> forced = held.map(HeldAnswer::forced).orElse(List.of());
        List<Integer> legal = forced.isEmpty() ? held.map(h -> h.legal(drafts)).orElse(drafts) : List.of();
        return new Pending(committed, tokens.get(committed), legal, forced, !betweenSteps, room);
    }

    /**
     * The rows of a forward that emits one token and has no others: what is left to do where rows or blocks are short.
     */
    SequenceStep nextAlone() {
        layout = StepLayout.AUTOREGRESSIVE;
        betweenSteps = true;
        return layout.next(new Pending(committed, tokens.get(committed), List.of(), 1), Ids.NONE);
    }

    /**
     * Takes over what a forward decided.
     *
     * @return what it emitted; empty for a prefill chunk and a draft pass
     */
    TokenChunk apply(SequenceStep step, StepResult.ForSequence result) {
        boolean prefill = isPrefilling();
        boolean decodes = !owesPrompt() && step.verifyRows() <= Math.max(1, layout.draftLength());
        drafts = result.draft();
        List<TokenChunk.Token> emitted = new ArrayList<>(result.kept());
        for (int j = 0; j < result.kept() && finish.isEmpty(); j++) {
            emitted.add(emit(result, j));
        }
        committed = step.committed(emitted.size());
        blocks.commit(tokens, committed);
        betweenSteps = !step.isDraftPass();
        if (!prefill && (step.isDraftPass() || !emitted.isEmpty())) {
            stats.forward();
        }
        if (!prefill && !emitted.isEmpty()) {
            stats.step(emitted.size());
        }
        if (decodes && !emitted.isEmpty()) {
            layouts.observe(layout, emitted.size());
        }
        return new TokenChunk(stats.steps(), emitted);
    }

    private TokenChunk.Token emit(StepResult.ForSequence result, int row) {
        int token = result.emitted().get(row);
        tokens.add(token);
        rules.emitted(token);
        held.ifPresent(h -> h.emitted(token));
        boolean stopId = stop.stopIds().contains(token);
        boolean mayStop = emittedTokens() >= stop.minTokens();
        String piece = stopId ? "" : text.map(t -> t.accept(token, mayStop)).orElse("");
        if (stopId
                || text.map(TextStream::isStopped).orElse(false)
                || held.map(HeldAnswer::isComplete).orElse(false)) {
            finish = Optional.of(FinishReason.STOP);
        } else if (budget() == 0) {
            boolean whole = held.map(HeldAnswer::isWhole).orElse(false);
            finish = Optional.of(whole ? FinishReason.STOP : FinishReason.LENGTH);
        }
        String rest = finish.isPresent() ? text.map(TextStream::finish).orElse("") : "";
        Optional<LogProbs> logProbs = result.logProbs().isEmpty()
                ? Optional.empty()
                : Optional.of(result.logProbs().get(row));
        return new TokenChunk.Token(token, piece + rest, row < result.kept() - 1, logProbs);
    }

    /** Tokens that the answer may still have. */
    private int budget() {
        return Math.min(stop.maxTokens() - emittedTokens(), stop.contextLength() - tokens.size());
    }

    /** Whether the first token is still to come. */
    public boolean isPrefilling() {
        return tokens.size() == promptTokens;
    }

    /** Whether rows are owed besides the anchor's: of the prompt, or of all its tokens after it was preempted. */
    public boolean owesPrompt() {
        return isPrefilling() || owed() > 1;
    }

    /** Rows that the next token still needs, its own included. */
    public int owed() {
        return tokens.size() - committed;
    }

    /** Whether its next forward begins a step, so that it may begin with any layout. */
    public boolean isBetweenSteps() {
        return betweenSteps;
    }

    /** Why it ended, once it has. */
    public Optional<FinishReason> finish() {
        return finish;
    }

    /** Tokens of prompt and answer so far. */
    public int tokens() {
        return tokens.size();
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

    /** How the rows of its next forward sample. */
    RowRules.ForStep rules(SequenceStep step) {
        if (held.isEmpty() || step.verifyRows() == 0) {
            return rules.of(step, List.of());
        }
        List<Integer> exact = step.exactTokens();
        List<Integer> afterAnchor = exact.subList(exact.size() - step.verifyRows() + 1, exact.size());
        return rules.of(step, held.get().masks(afterAnchor, budget()));
    }

    public BlockTable blocks() {
        return blocks;
    }

    public DecodeStats stats() {
        return stats;
    }

    /** The layout of the step that it is in or had last. */
    public StepLayout layout() {
        return layout;
    }

    /** Who chooses the layout of its steps. */
    public LayoutChoice layouts() {
        return layouts;
    }

    @Override
    public void close() {
        blocks.close();
    }
}
