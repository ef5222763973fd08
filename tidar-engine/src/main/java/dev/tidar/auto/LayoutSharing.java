package dev.tidar.auto;

import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.WithDraftModel;
import java.util.List;
import java.util.Optional;

/**
 * Decides on the layouts of the next forward. Every request that leaves its layout open is first set to autoregressive;
 * then the change of one layout that gains most is made, again and again, as long as the whole batch gains. Because
 * forwards of the draft model are shared, and may pay for many where they do not for one, the same is tried from all
 * requests drafting by it.
 *
 * <p>Confined to the engine thread.
 */
final class LayoutSharing {

    /** A gain below this is rounding. */
    private static final double LEAST_GAIN = 1 + 1e-9;

    private final AdaptiveLayouts engine;
    /** The last one that was decided on. */
    private Forward last;

    LayoutSharing(AdaptiveLayouts engine) {
        this.engine = engine;
        this.last = new Forward(0);
    }

    /** See {@link AdaptiveLayouts#share}. */
    void share(List<LayoutChoice> beginning, List<StepLayout> underWay, int promptRows) {
        List<LayoutChoice> open =
                beginning.stream().filter(LayoutChoice::isOpen).toList();
        last = forward(StepLayout.AUTOREGRESSIVE, beginning, underWay, promptRows);
        if (beginning.size() == 1 && underWay.isEmpty() && open.size() == 1 && engine.settlesNext()) {
            return;
        }
        last.improve(open);
        if (open.stream().filter(LayoutChoice::usesDraftModel).count() < 2) {
            return;
        }
        List<StepLayout> chosen = open.stream().map(LayoutChoice::current).toList();
        StepLayout shared = bestTogether(beginning, underWay, promptRows);
        Forward together = forward(shared, beginning, underWay, promptRows);
        together.improve(open);
        if (together.tokensPerNano() > last.tokensPerNano()) {
            last = together;
            return;
        }
        for (int i = 0; i < chosen.size(); i++) {
            open.get(i).choose(chosen.get(i));
        }
    }

    /** The layout with the draft model that yields most if all requests have it that use the draft model. */
    private StepLayout bestTogether(List<LayoutChoice> beginning, List<StepLayout> underWay, int promptRows) {
        StepLayout best = StepLayout.AUTOREGRESSIVE;
        double most = 0;
        for (LayoutEstimate candidate : engine.candidates(true)) {
            if (candidate.kind() == DraftKind.MODEL) {
                double yield = forward(candidate.layout(), beginning, underWay, promptRows)
                        .tokensPerNano();
                if (yield > most) {
                    most = yield;
                    best = candidate.layout();
                }
            }
        }
        return best;
    }

    /** A forward whose open requests have a layout, or decode autoregressively if they do not use the draft model. */
    private Forward forward(
            StepLayout layout, List<LayoutChoice> beginning, List<StepLayout> underWay, int promptRows) {
        Forward forward = new Forward(promptRows * engine.times().promptRowNanos());
        for (LayoutChoice choice : beginning) {
            choice.choose(choice.usesDraftModel() ? layout : StepLayout.AUTOREGRESSIVE);
            boolean drafts = choice.isOpen() && choice.current() instanceof WithDraftModel;
            forward.add(choice.current(), 0, drafts ? choice.tokensPerForward(choice.current()) : 1);
        }
        underWay.forEach(layoutOfStep -> forward.add(layoutOfStep, engine.surcharge(layoutOfStep), 1));
        return forward;
    }

    /**
     * Whether the draft model should keep up with a request that begins: if every sequence drafts by it, a batch like
     * the last one yields more than with any other layout.
     *
     * @param own what the request expects of drafts
     */
    boolean draftModelPays(DraftHistory own) {
        return engine.draftTimes().isPresent() && bestYield(own, true) > bestYield(own, false);
    }

    private double bestYield(DraftHistory own, boolean byModel) {
        return engine.candidates(true).stream()
                .filter(candidate -> byModel == (candidate.kind() == DraftKind.MODEL))
                .mapToDouble(candidate -> alike(candidate, own).tokensPerNano())
                .max()
                .orElse(0);
    }

    /** A forward of as many sequences as the last one, all with the same layout. */
    private Forward alike(LayoutEstimate candidate, DraftHistory own) {
        StepLayout layout = candidate.layout();
        Forward forward = new Forward(0);
        for (int i = 0; i < Math.max(1, last.sequences); i++) {
            forward.add(
                    layout,
                    engine.surcharge(candidate),
                    candidate.tokensPerStep(own.ratio(candidate)) / layout.forwards());
        }
        return forward;
    }

    /** What the forward that was decided on last yields if one of its sequences emits more tokens. */
    double batchYield(double moreTokens) {
        return last.tokensPerNano(0, 0, moreTokens);
    }

    /** The same with more rows, and if the draft model need not draft for the layout of that sequence. */
    double batchYield(double moreTokens, int moreRows, StepLayout own) {
        return last.tokensPerNano(moreRows, last.drafting.added(own, StepLayout.AUTOREGRESSIVE), moreTokens);
    }

    /** A layout in place of the present one of a request. */
    private record Change(LayoutChoice request, LayoutEstimate to) {}

    /** The tokens that all sequences of a forward are expected to emit in it, and its cost. */
    private final class Forward {
        private final DraftPasses drafting = new DraftPasses(engine.draftTimes());
        private double nanos;
        private double rows;
        private double tokens;
        private int sequences;

        Forward(double promptNanos) {
            this.nanos = promptNanos;
        }

        void add(StepLayout layout, double surcharge, double itsTokens) {
            rows += engine.decodeRows(layout);
            nanos += surcharge;
            tokens += itsTokens;
            sequences++;
            drafting.change(StepLayout.AUTOREGRESSIVE, layout);
        }

        double tokensPerNano() {
            return tokensPerNano(0, 0, 0);
        }

        double tokensPerNano(double addedRows, double addedNanos, double addedTokens) {
            double time = nanos + addedNanos + drafting.nanos() + engine.times().nanos(rows + addedRows);
            return (tokens + addedTokens) / Math.max(engine.times().nanos(1), time);
        }

        /** Makes the change of one layout that gains most, as long as one gains. */
        void improve(List<LayoutChoice> open) {
            for (Optional<Change> best = best(open); best.isPresent(); best = best(open)) {
                LayoutChoice request = best.get().request();
                StepLayout from = request.current();
                StepLayout to = best.get().to().layout();
                rows += best.get().to().rows() - engine.decodeRows(from);
                nanos += engine.surcharge(best.get().to()) - engine.surcharge(from);
                tokens += request.tokensPerForward(to) - request.tokensPerForward(from);
                drafting.change(from, to);
                request.choose(to);
            }
        }

        private Optional<Change> best(List<LayoutChoice> open) {
            Optional<Change> best = Optional.empty();
            double most = tokensPerNano() * LEAST_GAIN;
            for (LayoutChoice request : open) {
                StepLayout from = request.current();
                double rowsNow = engine.decodeRows(from);
                double surchargeNow = engine.surcharge(from);
                double tokensNow = request.tokensPerForward(from);
                for (LayoutEstimate candidate : engine.candidates(request.usesDraftModel())) {
                    StepLayout to = candidate.layout();
                    double yield = tokensPerNano(
                            candidate.rows() - rowsNow,
                            engine.surcharge(candidate) - surchargeNow + drafting.added(from, to),
                            request.tokensPerForward(to) - tokensNow);
                    if (yield > most) {
                        most = yield * LEAST_GAIN;
                        best = Optional.of(new Change(request, candidate));
                    }
                }
            }
            return best;
        }
    }
}
