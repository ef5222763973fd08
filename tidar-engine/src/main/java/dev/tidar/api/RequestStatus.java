package dev.tidar.api;

import java.time.Duration;

/**
 * One request of an engine at one moment, without anything of its texts.
 *
 * @param id id of its generation
 * @param phase what it does
 * @param promptTokens tokens of its prompt
 * @param cachedTokens part of them that was found in the prefix cache; 0 before it was looked for
 * @param tokens tokens that it has emitted
 * @param layout layout of its last step, for example {@code two-pass, draft length 4}; empty before the first
 * @param preemptions how often its blocks were taken for older requests
 * @param age time since its submission
 */
public record RequestStatus(
        long id,
        Phase phase,
        int promptTokens,
        int cachedTokens,
        int tokens,
        String layout,
        int preemptions,
        Duration age) {

    /** What a request does. */
    public enum Phase {
        /** It waits for its turn, the first time or after a preemption. */
        QUEUED,
        /** Its prompt is computed. */
        PREFILL,
        /** It emits tokens. */
        DECODE
    }
}
