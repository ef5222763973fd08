package dev.tidar.text.grammar.vocabulary;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The tokens of a vocabulary as a trie over their bytes. Immutable.
 *
 * <p>Nodes are numbered in depth-first order, and node 0 is the root. So a walk is a loop over node numbers, and
 * skipping the nodes below a node is a jump.
 */
public final class TokenTrie {

    private final byte[] labels; // [nodes], the byte that leads to a node
    private final int[] depths; // [nodes]
    private final int[] ends; // [nodes], the first node that is not below this one
    private final int[] firstIds; // [nodes + 1], into ids
    private final int[] ids; // grouped by node

    /** @param tokens bytes of each token; a token without bytes is not in the trie */
    TokenTrie(byte[][] tokens) {
        int[] sorted = IntStream.range(0, tokens.length)
                .filter(id -> tokens[id].length > 0)
                .boxed()
                .sorted(Comparator.comparing((Integer id) -> tokens[id], Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();
        int max = 1 + Arrays.stream(sorted).map(id -> tokens[id].length).sum();
        Builder builder = new Builder(max);
        byte[] before = {};
        for (int id : sorted) {
            builder.add(tokens[id], Math.max(0, mismatch(before, tokens[id])));
            before = tokens[id];
        }
        int nodes = builder.finish();
        this.labels = Arrays.copyOf(builder.labels, nodes);
        this.depths = Arrays.copyOf(builder.depths, nodes);
        this.ends = Arrays.copyOf(builder.ends, nodes);
        this.firstIds = Arrays.copyOf(builder.firstIds, nodes + 1);
        this.ids = sorted;
    }

    private static int mismatch(byte[] before, byte[] token) {
        int first = Arrays.mismatch(before, token);
        return first < 0 ? token.length : first;
    }

    int nodes() {
        return labels.length;
    }

    public byte label(int node) {
        return labels[node];
    }

    public int depth(int node) {
        return depths[node];
    }

    /** The first node after this one that is not below it. */
    public int end(int node) {
        return ends[node];
    }

    /** The index of the first token that ends at a node; the tokens of the next node start where its own tokens end. */
    public int firstToken(int node) {
        return firstIds[node];
    }

    public boolean endsToken(int node) {
        return firstIds[node] < firstIds[node + 1];
    }

    public int token(int index) {
        return ids[index];
    }

    /** The child that a byte leads to; 0, the root, if there is none. */
    int child(int node, byte label) {
        int child = node + 1;
        while (child < ends[node]) {
            if (labels[child] == label) {
                return child;
            }
            child = ends[child];
        }
        return 0;
    }

    /** The arrays while the trie is built. */
    private static final class Builder {
        private final byte[] labels;
        private final int[] depths;
        private final int[] ends;
        private final int[] firstIds;
        private final int[] path = new int[Vocabulary.MAX_TOKEN_BYTES + 1]; // the node at each depth
        private int nodes = 1;
        private int depth;
        private int added;

        Builder(int max) {
            labels = new byte[max];
            depths = new int[max];
            ends = new int[max];
            firstIds = new int[max + 1];
        }

        void add(byte[] token, int shared) {
            close(shared);
            for (int i = shared; i < token.length; i++) {
                labels[nodes] = token[i];
                depths[nodes] = ++depth;
                firstIds[nodes] = added;
                path[depth] = nodes++;
            }
            added++;
            firstIds[nodes] = added;
        }

        private void close(int toDepth) {
            while (depth > toDepth) {
                ends[path[depth--]] = nodes;
            }
        }

        int finish() {
            close(0);
            ends[0] = nodes;
            firstIds[nodes] = added;
            return nodes;
        }
    }
}
