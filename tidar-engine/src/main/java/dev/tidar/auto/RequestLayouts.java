package dev.tidar.auto;

import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;

/** The open choice of one request. It starts from what the engine has seen and learns from its own steps. */
final class RequestLayouts implements LayoutChoice {

    private final AdaptiveLayouts engine;
    private final DraftHistory own;
    private StepLayout current = StepLayout.AUTOREGRESSIVE;

    RequestLayouts(AdaptiveLayouts engine, DraftHistory own) {
        this.engine = engine;
        this.own = own;
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
    public double rate(double tokens, int moreRows) {
        return engine.rate(tokens, moreRows);
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
