package dev.tidar.sampling;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each token has appeared in one sequence. Confined to the engine thread. */
public final class TokenHistory {

    private final Map<Integer, Integer> places = new HashMap<>();
    private int[] ids = new int[64];
    private int[] inAnswer = new int[64];

    public TokenHistory(List<Integer> prompt) {
        prompt.forEach(this::place);
    }

    /** A token of the answer. */
    public void add(int token) {
        int place = place(token);
        inAnswer[place]++;
    }

    private int place(int token) {
        Integer known = places.get(token);
        if (known != null) {
            return known;
        }
        int place = places.size();
        if (place == ids.length) {
            ids = Arrays.copyOf(ids, 2 * place);
            inAnswer = Arrays.copyOf(inAnswer, 2 * place);
        }
        ids[place] = token;
        places.put(token, place);
        return place;
    }

    /** The counts now. */
    public TokenCounts counts() {
        return new TokenCounts(Arrays.copyOf(ids, places.size()), Arrays.copyOf(inAnswer, places.size()));
    }

    /** The counts that are others once these drafts are accepted. */
    public TokenCounts changedBy(List<Integer> drafts) {
        int[] changed = drafts.stream().mapToInt(Integer::intValue).distinct().toArray();
        int[] counts = new int[changed.length];
        for (int i = 0; i < changed.length; i++) {
            Integer place = places.get(changed[i]);
            counts[i] = place == null ? 0 : inAnswer[place];
            for (int draft : drafts) {
                counts[i] += draft == changed[i] ? 1 : 0;
            }
        }
        return new TokenCounts(changed, counts);
    }
}
