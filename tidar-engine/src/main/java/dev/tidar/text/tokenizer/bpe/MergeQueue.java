package dev.tidar.text.tokenizer.bpe;

import java.util.Arrays;

/**
 * Merges the symbols of a word, lowest rank first and leftmost first among equals, in time that grows with n log n.
 * Confined to one thread.
 *
 * <p>Source: {@code Word::merge_all} of the Hugging Face library. As there, a pair that has been queued is merged if it
 * still makes the same token, whatever its rank has become.
 */
final class MergeQueue {

    private static final int END = -1;
    private static final int MERGED = -1;

    private final Merges merges;
    private int[] symbols = new int[64];
    private int[] previous = new int[64];
    private int[] next = new int[64];
    private long[] heap = new long[64]; // rank << 32 | position
    private int queued;

    MergeQueue(Merges merges) {
        this.merges = merges;
    }

    /** Merges the symbols of a word and adds what is left to the ids. */
    void merge(IdBuffer word, IdBuffer ids) {
        int count = word.size();
        reserve(count);
        queued = 0;
        for (int i = 0; i < count; i++) {
            symbols[i] = word.get(i);
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : END;
        }
        for (int i = 0; i + 1 < count; i++) {
            enqueue(i);
        }
        while (queued > 0) {
            long top = poll();
            merge((int) top, merges.result((int) (top >>> 32)));
        }
        for (int i = count == 0 ? END : 0; i != END; i = next[i]) {
            ids.add(symbols[i]);
        }
    }

    private void merge(int position, int result) {
        int right = symbols[position] == MERGED ? END : next[position];
        if (right == END) {
            return;
        }
        int rank = merges.rank(symbols[position], symbols[right]);
        if (rank == Merges.NONE || merges.result(rank) != result) {
            return;
        }
        symbols[position] = result;
        symbols[right] = MERGED;
        next[position] = next[right];
        if (next[right] != END) {
            previous[next[right]] = position;
        }
        if (previous[position] != END) {
            enqueue(previous[position]);
        }
        if (next[position] != END) {
            enqueue(position);
        }
    }

    /** Queues the merge of a symbol and the one after it, if there is one. */
    private void enqueue(int position) {
        int rank = merges.rank(symbols[position], symbols[next[position]]);
        if (rank == Merges.NONE) {
            return;
        }
        if (queued == heap.length) {
            heap = Arrays.copyOf(heap, queued + (queued >> 1));
        }
        long entry = LongTable.pair(rank, position);
        int at = queued++;
        while (at > 0 && heap[at - 1 >> 1] > entry) {
            heap[at] = heap[at - 1 >> 1];
            at = at - 1 >> 1;
        }
        heap[at] = entry;
    }

    private long poll() {
        long top = heap[0];
        long last = heap[--queued];
        int at = 0;
        for (int child = 1; child < queued; child = 2 * at + 1) {
            child += child + 1 < queued && heap[child + 1] < heap[child] ? 1 : 0;
            if (heap[child] >= last) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return top;
    }

    private void reserve(int count) {
        if (count > symbols.length) {
            symbols = new int[count];
            previous = new int[count];
            next = new int[count];
        }
    }
}
