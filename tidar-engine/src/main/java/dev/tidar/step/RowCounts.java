package dev.tidar.step;

/**
 * How many rows a verb works on: exact rows first, drafting rows after them.
 *
 * @param exact causal rows whose keys and values are kept
 * @param drafting rows that only propose; a draft adapter acts on these
 */
public record RowCounts(int exact, int drafting) {

    public RowCounts {
        if (exact < 0 || drafting < 0) {
            throw new IllegalArgumentException("rows must not be negative, but are %d + %d".formatted(exact, drafting));
        }
    }

    public int total() {
        return exact + drafting;
    }
}
