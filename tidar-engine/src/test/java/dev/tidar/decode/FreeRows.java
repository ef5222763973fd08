package dev.tidar.decode;

/** A layout that auto has chosen, where rows are free, so that any promise of the text is worth a draft. */
record FreeRows(StepLayout current) implements LayoutChoice {

    @Override
    public boolean looksUp() {
        return true;
    }

    @Override
    public boolean usesDraftModel() {
        return current instanceof WithDraftModel;
    }

    @Override
    public double batchYield(double tokens, int rowsBeyondLayout) {
        return tokens;
    }
}
