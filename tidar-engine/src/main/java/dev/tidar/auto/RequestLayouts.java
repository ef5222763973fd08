package dev.tidar.auto;

import dev.tidar.api.Lookup;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;

/** The open choice of one request. It starts from what the engine has seen and learns from its own steps. */
final class RequestLayouts implements LayoutChoice {

    private final AdaptiveLayouts engine;
    private final DraftHistory own;
    private final Lookup lookup;
    private boolean usesDraftModel;
    private StepLayout current = StepLayout.AUTOREGRESSIVE;

    RequestLayouts(AdaptiveLayouts engine, DraftHistory own, Lookup lookup) {
        this.engine = engine;
        this.own = own;
        this.lookup = lookup;
        this.usesDraftModel = engine.sharing().draftModelPays(own);
    }

    @Override
    public StepLayout current() {
        return current;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void choose(StepLayout layout) {
        current = layout;
    }

    @Override
    public double tokensPerForward(StepLayout layout) {
        return engine.candidate(layout)
                .map(candidate -> candidate.tokensPerStep(own.ratio(candidate)) / layout.forwards())
                .orElse(1.0);
    }

    @Override
    public boolean looksUp() {
        return lookup == Lookup.AUTO;
    }

    /** Decided once, because the draft model has to compute the whole text to draft after it. */
    @Override
    public boolean usesDraftModel() {
        return usesDraftModel;
    }

    @Override
    public void endDraftModel() {
        usesDraftModel = false;
    }

    @Override
    public double batchYield(double tokens) {
        return engine.sharing().batchYield(tokens - tokensPerForward(current));
    }

    @Override
    public double batchYield(double tokens, int rowsBeyondLayout) {
        return engine.sharing().batchYield(tokens - tokensPerForward(current), rowsBeyondLayout, current);
    }

    @Override
    public void observe(StepLayout layout, int drafts, int kept) {
        engine.candidate(layout).ifPresent(candidate -> {
            candidate.emitted(kept, own.ratio(candidate));
            if (drafts > 0) {
                own.verified(candidate, drafts, kept - 1);
                engine.drafts().verified(candidate, drafts, kept - 1);
            }
        });
    }
}
