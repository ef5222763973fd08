package dev.tidar.decode;

/** Chooses the layout of each decode step of one request. Confined to the engine thread. */
public interface LayoutChoice {

    /** The layout of the next step. */
    StepLayout next();

    /**
     * Told what a finished step did.
     *
     * @param kept tokens it emitted
     * @param nanos time of its forwards
     */
    void observe(StepLayout layout, int kept, long nanos);

    /** Always the same layout. */
    static LayoutChoice fixed(StepLayout layout) {
        return new LayoutChoice() {
            @Override
            public StepLayout next() {
                return layout;
            }

            @Override
            public void observe(StepLayout used, int kept, long nanos) {}
        };
    }
}
