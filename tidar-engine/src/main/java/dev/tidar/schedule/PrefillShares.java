package dev.tidar.schedule;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many prompt rows each sequence has in a forward. All that owe rows get the same number, and what short ones leave
 * goes to the others: a long prompt neither holds up short ones nor waits for them. Where there are fewer rows than
 * sequences, those that came first get one each.
 */
final class PrefillShares {

    private final Map<ScheduledSequence, Integer> rows = new HashMap<>();

    /**
     * @param running in the order in which they came
     * @param total prompt rows of the forward
     */
    PrefillShares(List<ScheduledSequence> running, int total) {
        List<ScheduledSequence> owing = running.stream()
                .filter(s -> s.sequence().owesPrompt())
                .limit(total)
                .sorted(Comparator.comparingInt(s -> s.sequence().owed()))
                .toList();
        int left = total;
        for (int i = 0; i < owing.size(); i++) {
            ScheduledSequence s = owing.get(i);
            int share = Math.min(s.sequence().owed(), left / (owing.size() - i));
            rows.put(s, share);
            left -= share;
        }
    }

    /** Rows of a sequence; 0 for one that owes none or has to wait for the next forward. */
    int rows(ScheduledSequence s) {
        return rows.getOrDefault(s, 0);
    }
}
