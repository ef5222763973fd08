package dev.tidar.api;

/** How many mask rows the groups of single-pass steps have. Changes speed, never tokens. */
public enum Groups {
    /** {@link #SHORT} where the checkpoint declares short groups and decoding is exact, else {@link #FULL}. */
    AUTO,
    /** K rows: a mask for every slot of the next draft block. */
    FULL,
    /**
     * K - 1 rows, without slot 0, which only a beta below 1 needs. The checkpoint must declare {@code short_groups}.
     */
    SHORT,
    /** As {@link #SHORT}, also where the checkpoint does not declare them. Fewer of its drafts may be accepted. */
    FORCED_SHORT
}
