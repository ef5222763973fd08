package dev.tidar.text.answer;

import dev.tidar.api.ToolCall;
import java.util.HashSet;
import java.util.Set;

/**
 * Generates the ids of the tool calls of one answer: different sequences of letters and digits. Confined to one thread.
 */
final class CallIds {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final Set<String> used = new HashSet<>();
    private long state;

    CallIds(long seed) {
        this.state = seed;
    }

    String next() {
        String id;
        do {
            state += 0x9E3779B97F4A7C15L;
            id = spelled(mixed(state));
        } while (!used.add(id));
        return id;
    }

    /** The mixing function of SplittableRandom: it is one-to-one, and close inputs give very different results. */
    private static long mixed(long bits) {
        long z = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private static String spelled(long bits) {
        StringBuilder id = new StringBuilder(ToolCall.OWN_ID_LENGTH);
        long rest = bits;
        for (int i = 0; i < ToolCall.OWN_ID_LENGTH; i++) {
            id.append(ALPHABET.charAt((int) Long.remainderUnsigned(rest, ALPHABET.length())));
            rest = Long.divideUnsigned(rest, ALPHABET.length());
        }
        return id.toString();
    }
}
