package dev.tidar.step;

/** The two times that the head is applied in a step. */
public enum Pass {
    /** To the verify rows, and to the masks as well while these are few; see {@link StepInputs}. */
    VERIFY,
    /** To the masks that draft after the rows that were kept; to none if the first time has sampled them. */
    DRAFT
}
