package dev.tidar.emission;

/**
 * What the limit on tokens means to an answer. The grammar says the same to the masks.
 *
 * @param limit the limit as the reader knows it, for example {@code max-tokens = 40}
 * @param leads what the limit leads to its end, rather than cut it
 * @param requiresCalls whether an answer must end with calls that the model ended
 */
public record LimitRule(String limit, Leads leads, boolean requiresCalls) {

    /** The limit cuts the answer, whatever it is. */
    public static final LimitRule CUTS = new LimitRule("max-tokens", Leads.NOTHING, false);

    /** What is led to its end. */
    public enum Leads {
        NOTHING,
        /** An answer with a format that is not JSON. */
        TEXT,
        /** An answer that is JSON. */
        JSON,
        /** The calls of an answer that must call tools. */
        CALLS
    }

    /** Whether anything is led to its end. */
    public boolean leadsAnything() {
        return leads != Leads.NOTHING;
    }
}
