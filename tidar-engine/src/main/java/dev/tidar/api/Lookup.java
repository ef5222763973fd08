package dev.tidar.api;

/**
 * Whether requests that decode in mode auto also verify drafts from their own text, as prompt look-up does: what
 * followed the last tokens where these stood before. Changes speed, never tokens.
 */
public enum Lookup {
    /** Where such drafts promise more tokens for the time than those of the layout alone. */
    AUTO,
    /** Never. */
    OFF
}
