package dev.tidar.step;

/** Which slots of a draft block a group has masks for. */
public enum GroupWidth {
    /** All of them, K rows. */
    FULL(0),
    /**
     * All but slot 0, K - 1 rows: verification decides about the token there, so that its proposal is used only where
     * beta is below 1.
     */
    SHORT(1);

    private final int firstSlot;

    GroupWidth(int firstSlot) {
        this.firstSlot = firstSlot;
    }

    /** The first slot that has a mask. */
    public int firstSlot() {
        return firstSlot;
    }

    /** Rows of a group. */
    public int rows(int draftLength) {
        return draftLength - firstSlot;
    }
}
