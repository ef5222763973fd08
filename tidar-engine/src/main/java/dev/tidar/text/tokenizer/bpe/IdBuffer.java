package dev.tidar.text.tokenizer.bpe;

import java.util.Arrays;

/** Ids that are being collected. Confined to one thread. */
public final class IdBuffer {

    private int[] ids = new int[64];
    private int size;

    public void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size + (size >> 1));
        }
        ids[size++] = id;
    }

    void addAll(int[] more) {
        for (int id : more) {
            add(id);
        }
    }

    int size() {
        return size;
    }

    int get(int index) {
        return ids[index];
    }

    void clear() {
        size = 0;
    }

    /** Returns the ids from an index on, as an array of their own. */
    int[] from(int index) {
        return Arrays.copyOfRange(ids, index, size);
    }

    public int[] toArray() {
        return from(0);
    }
}
