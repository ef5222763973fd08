package dev.tidar.decode;

/** The layout of the decode steps of one request. Confined to the engine thread. */
public interface LayoutChoice {

    /** The layout of the next step. May change between steps, never within one. */
    StepLayout current();

    /** Told how many tokens a finished step emitted. */
    void observe(StepLayout layout, int kept);

    /** Always the same layout. */
    static LayoutChoice fixed(StepLayout layout) {
        return new LayoutChoice() {
            @Override
            public StepLayout current() {
                return layout;
            }

            @Override
            public void observe(StepLayout used, int kept) {}
        };
    }
}
