package dev.tidar.api;

/** Layout of the decode steps. All modes emit the same tokens; they differ in speed. */
public enum DecodeMode {
    /** The engine measures the layouts at load and chooses the one with the best expected tokens per second. */
    AUTO,
    /** One forward verifies the last draft and drafts for every carried outcome (arXiv 2511.08923, 3.2). */
    SINGLE_PASS,
    /** One forward drafts, one verifies (linear self-speculation). */
    TWO_PASS,
    /** The draft model drafts in forwards of its own, one forward verifies (classical speculative decoding). */
    DRAFT_MODEL,
    /** One token a forward, no drafts. */
    AUTOREGRESSIVE
}
