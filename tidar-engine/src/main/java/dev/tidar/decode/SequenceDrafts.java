package dev.tidar.decode;

import dev.tidar.decode.DraftSource.Drafts;
import dev.tidar.draft.DraftWish;
import dev.tidar.draft.DraftedSequence;
import dev.tidar.sampling.RowSampling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Where the drafts of one sequence come from: its sources in the order in which they are asked. Confined to the engine
 * thread, but for {@link #propose}.
 */
final class SequenceDrafts implements AutoCloseable {

    private final List<DraftSource> free = new ArrayList<>();
    private final List<DraftSource> sources;
    private final Optional<DraftedSequence> drafted;
    /** Whether the last step verified free drafts, so that the layout did not choose what comes after it. */
    private boolean afterFreeDrafts;

    /** @param drafted what the draft model knows of the sequence; empty where there is none */
    SequenceDrafts(LayoutChoice layouts, Optional<DraftedSequence> drafted) {
        this.drafted = drafted;
        free.add(new ForcedDrafts());
        if (layouts.looksUp()) {
            free.add(new LookupDrafts(layouts));
        }
        sources = new ArrayList<>(free);
        drafted.map(ModelDrafts::new).ifPresent(sources::add);
        sources.add(DraftSource.MASKS);
    }

    /** The drafts of the first source that has any. */
    Drafts propose(Sequence sequence, Constraint constraint, LongConsumer work) {
        return firstOf(sources, sequence, constraint, work);
    }

    private static Drafts firstOf(
            List<DraftSource> asked, Sequence sequence, Constraint constraint, LongConsumer work) {
        for (DraftSource source : asked) {
            Drafts drafts = source.propose(sequence, constraint, work);
            if (!drafts.isEmpty()) {
                return drafts;
            }
        }
        return Drafts.NONE;
    }

    /** Whether a source has drafts that cost the device nothing. */
    boolean hasFree(Sequence sequence, Constraint constraint, LongConsumer work) {
        return !firstOf(free, sequence, constraint, work).isEmpty();
    }

    // of the draft model

    /** The number of drafts that the draft model can make; empty where it cannot draft for this sequence any more. */
    Optional<Integer> modelRoom(Sequence sequence) {
        return drafted.map(d -> d.room(sequence.size())).filter(room -> room > 0);
    }

    /** A wish for the tokens that the first network has computed, so that the draft model keeps up with a prompt. */
    Optional<DraftWish> keepUp(Sequence sequence) {
        return wish(sequence, sequence.committed(), 0, drafts -> {
            throw new IllegalStateException("nothing is drafted after a part of a prompt");
        });
    }

    /**
     * A wish for drafts after the anchor; empty where they have been made.
     *
     * @param count at least 1
     * @param sampling how the row that follows some drafts samples
     */
    Optional<DraftWish> wish(Sequence sequence, int count, Function<List<Integer>, RowSampling> sampling) {
        return wish(sequence, sequence.size(), count, sampling)
                .filter(wish -> wish.sequence().drafts().isEmpty());
    }

    private Optional<DraftWish> wish(
            Sequence sequence, int known, int count, Function<List<Integer>, RowSampling> sampling) {
        return drafted.map(d -> new DraftWish(d, sequence.tokens(), known, count, sampling));
    }

    /** Forwards of the draft model that drafted for the sequence. */
    int modelForwards() {
        return drafted.map(DraftedSequence::forwards).orElse(0);
    }

    // after a step

    /**
     * Learns what came of the drafts of a turn.
     *
     * @return whether the step says something of its layout: it verified drafts of the kind that the layout drafts by,
     *     or had none because it came to the layout's turn to draft
     */
    boolean verified(Turn turn, List<Integer> emitted) {
        Drafts drafts = turn.drafts();
        drafts.source().verified(drafts.tokens(), emitted);
        boolean isFree = !drafts.isEmpty() && !drafts.source().costsDevice();
        boolean ofModel = drafts.source() instanceof ModelDrafts && !drafts.isEmpty();
        boolean isOfLayout = turn.layout() instanceof WithDraftModel
                ? ofModel
                : drafts.isEmpty() ? !afterFreeDrafts : !isFree && !ofModel;
        afterFreeDrafts = isFree;
        return isOfLayout;
    }

    /** Learns of the tokens that a step appended. */
    void extended(Sequence sequence) {
        sources.forEach(source -> source.extended(sequence));
    }

    void preempt() {
        drafted.ifPresent(DraftedSequence::preempt);
    }

    @Override
    public void close() {
        drafted.ifPresent(DraftedSequence::close);
    }
}
