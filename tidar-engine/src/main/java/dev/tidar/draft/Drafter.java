package dev.tidar.draft;

import dev.tidar.sampling.RowSampling;
import dev.tidar.step.RowSamplings;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Runs the forwards of the draft model between the steps of the first one. The first forward computes what the draft
 * model has not seen of each sequence and gives the first drafts; each further one has a row for every sequence that
 * wants more. Where blocks run short a sequence is left without drafts, because they never are what it waits for.
 *
 * <p>Confined to the engine thread.
 */
public final class Drafter {

    /** A sequence with more tokens to compute is one that the draft model lags behind, as after a prompt. */
    private static final int FEW_TOKENS = 2;

    private final DraftModel model;
    private final LongSupplier nanoTime;

    /** @param nanoTime a monotonic clock */
    public Drafter(DraftModel model, LongSupplier nanoTime) {
        this.model = model;
        this.nanoTime = nanoTime;
    }

    /** The rows that a forward may have: a chunk of prompt rows, and few of each sequence. */
    public static int maxRows(int promptRows, int sequences) {
        return promptRows + FEW_TOKENS * sequences;
    }

    /**
     * Makes the drafts that these sequences want, one wish for each. If the network throws, no sequence has changed in
     * a way that matters: what it computed stays true, and fewer drafts are as good as more.
     *
     * @param promptRows rows for what the draft model lags behind, in the first forward
     * @return the forwards that it took
     */
    public List<DraftPass> draft(List<DraftWish> wishes, int promptRows) {
        List<DraftPass> passes = new ArrayList<>();
        List<Part> parts = computing(wishes, promptRows);
        while (!parts.isEmpty()) {
            List<DraftWish> drafted = run(parts, passes);
            parts = drafted.stream()
                    .filter(wish -> !wish.isComplete() && wish.sequence().reserve(1))
                    .map(Drafter::afterDraft)
                    .toList();
        }
        return passes;
    }

    /** The rows of a wish in a forward. */
    private record Part(DraftWish wish, List<Integer> rows, boolean ofDraft, boolean samples) {

        boolean lags() {
            return rows.size() > FEW_TOKENS;
        }
    }

    /** Tokens to compute, of those sequences first that have few. */
    private static List<Part> computing(List<DraftWish> wishes, int promptRows) {
        wishes.forEach(wish -> wish.sequence().begin(wish.tokens()));
        List<Part> parts = new ArrayList<>();
        int left = promptRows;
        for (DraftWish wish : wishes.stream()
                .filter(wish -> wish.behind() > 0)
                .sorted(Comparator.comparingInt(DraftWish::behind))
                .toList()) {
            int rows = wish.behind() <= FEW_TOKENS ? wish.behind() : Math.min(wish.behind(), left);
            if (rows > 0 && wish.sequence().reserve(rows)) {
                int from = wish.sequence().computed();
                List<Integer> tokens = List.copyOf(wish.tokens().subList(from, from + rows));
                parts.add(new Part(wish, tokens, false, wish.drafts() > 0 && rows == wish.behind()));
                left -= wish.behind() <= FEW_TOKENS ? 0 : rows;
            }
        }
        return parts;
    }

    private static Part afterDraft(DraftWish wish) {
        List<Integer> drafts = wish.sequence().drafts();
        return new Part(wish, drafts.subList(drafts.size() - 1, drafts.size()), true, true);
    }

    /** One forward. Returns the wishes that got a draft. */
    private List<DraftWish> run(List<Part> parts, List<DraftPass> passes) {
        long begin = nanoTime.getAsLong();
        List<Outcome> outcomes = model.network().step(inputs(parts)).outcomes();
        passes.add(new DraftPass(
                rows(parts.stream().filter(part -> !part.lags()).toList()),
                rows(parts.stream().filter(Part::lags).toList()),
                nanoTime.getAsLong() - begin));
        List<DraftWish> drafted = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            DraftedSequence sequence = part.wish().sequence();
            if (part.ofDraft()) {
                sequence.computeDraft();
            } else {
                sequence.compute(part.wish().tokens(), part.rows().size());
            }
            if (part.samples() && outcomes.get(i).isFinite()) {
                sequence.draft(
                        part.wish().tokens().size(), outcomes.get(i).emitted().get(0));
                drafted.add(part.wish());
            }
        }
        return drafted;
    }

    private static int rows(List<Part> parts) {
        return parts.stream().mapToInt(part -> part.rows().size()).sum();
    }

    private static StepInputs inputs(List<Part> parts) {
        StepInputs.Builder inputs = new StepInputs.Builder();
        for (Part part : parts) {
            DraftedSequence sequence = part.wish().sequence();
            List<RowSampling> sampling =
                    part.samples() ? List.of(part.wish().sampling().apply(sequence.drafts())) : List.of();
            inputs.add(
                    sequence.blocks(),
                    new SequenceStep(part.rows(), sequence.computed(), part.samples() ? 1 : 0, 1, List.of()),
                    1,
                    new RowSamplings(sampling, List.of()));
        }
        return inputs.build();
    }
}
