package dev.tidar.schedule;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Divides the prefill rows of a step among the sequences that need prefill. Each sequence gets the same number, and the
 * rows that short prompts do not need go to the others, so a long prompt neither delays short ones nor waits for them.
 * If there are fewer rows than sequences, those that arrived first get one each.
 */
final class PrefillShares {

    private final Map<ScheduledSequence, Integer> rows = new HashMap<>();

    /**
     * @param running in the order of their arrival
     * @param total the number of prefill rows of the step
     */
    PrefillShares(List<ScheduledSequence> running, int total) {
        List<ScheduledSequence> prefilling = running.stream()
                .filter(ScheduledSequence::needsPrefill)
                .limit(total)
                .sorted(Comparator.comparingInt(ScheduledSequence::uncomputed))
                .toList();
        int left = total;
        for (int i = 0; i < prefilling.size(); i++) {
            ScheduledSequence s = prefilling.get(i);
            int share = Math.min(s.uncomputed(), left / (prefilling.size() - i));
            rows.put(s, share);
            left -= share;
        }
    }

    /** The number of prefill rows of a sequence; 0 if it needs no prefill or has to wait for the next step. */
    int rows(ScheduledSequence s) {
        return rows.getOrDefault(s, 0);
    }
}
