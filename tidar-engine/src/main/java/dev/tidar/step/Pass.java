package dev.tidar.step;

/** The two times that the head is applied in a step. */
public enum Pass {
    /** To the verify rows. */
    VERIFY,
    /** To the masks that draft after the rows that were kept. */
    DRAFT
}
