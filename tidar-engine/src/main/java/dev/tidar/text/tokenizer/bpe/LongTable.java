package dev.tidar.text.tokenizer.bpe;

import java.util.Arrays;

/** A map from numbers that are not negative to numbers that are not negative, in two arrays. */
final class LongTable {

    /** What {@link #get} returns for a key that is not in the table. */
    static final int ABSENT = -1;

    private static final long EMPTY = -1;
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private long[] keys = new long[16];
    private int[] values = new int[16];
    private int size;

    LongTable() {
        Arrays.fill(keys, EMPTY);
    }

    /** Returns two numbers that are not negative as one. */
    static long pair(int high, int low) {
        return (long) high << 32 | low;
    }

    void put(long key, int value) {
        int slot = slot(key);
        if (keys[slot] == EMPTY) {
            if (2 * size >= keys.length) {
                grow();
                slot = slot(key);
            }
            keys[slot] = key;
            size++;
        }
        values[slot] = value;
    }

    int get(long key) {
        int slot = slot(key);
        return keys[slot] == EMPTY ? ABSENT : values[slot];
    }

    boolean contains(long key) {
        return keys[slot(key)] != EMPTY;
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        long mixed = key * GOLDEN_RATIO;
        int slot = (int) (mixed ^ mixed >>> 32) & mask;
        while (keys[slot] != EMPTY && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[2 * oldKeys.length];
        values = new int[keys.length];
        Arrays.fill(keys, EMPTY);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != EMPTY) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
