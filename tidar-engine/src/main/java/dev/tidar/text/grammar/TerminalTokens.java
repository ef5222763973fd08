package dev.tidar.text.grammar;

import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.rule.Terminal;
import dev.tidar.text.grammar.vocabulary.TokenTrie;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * The tokens that a state of a terminal allows, found by one walk through the trie of the vocabulary. They do not
 * depend on what follows the terminal, so they are cached (XGrammar calls such tokens context-independent).
 *
 * <p>Tokens that end inside the terminal are grouped by the state in which they end. An exit is a node of the trie at
 * which the terminal can be complete while tokens continue; whether those are allowed depends on what follows the
 * terminal. Immutable.
 */
final class TerminalTokens {

    /** Nodes of a walk after which its work is reported. */
    private static final int REPORTED_NODES = 256;

    private final List<Group> groups;
    private final int[] exits; // nodes of the trie
    private final int[] exitUnits; // [exits], units completed on the way there
    private final int bytes;

    private TerminalTokens(List<Group> groups, int[] exits, int[] exitUnits, int bytes) {
        this.groups = groups;
        this.exits = exits;
        this.exitUnits = exitUnits;
        this.bytes = bytes;
    }

    /** A state of a terminal. Terminals that differ only in their limits on units have equal keys. */
    record Key(ByteAutomaton automaton, boolean counts, int state) {

        static Key of(Terminal terminal, int state) {
            return new Key(terminal.automaton(), terminal.counts(), state);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key that
                    && automaton == that.automaton
                    && counts == that.counts
                    && state == that.state;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(automaton) * 31 + 2 * state + (counts ? 1 : 0);
        }
    }

    /**
     * Tokens that end in the same state and complete the same number of units.
     *
     * @param units the number of units (characters of a string) that each of the tokens completes
     * @param ids the tokens if they are few, otherwise empty
     * @param words the tokens as words of a mask if they are many, otherwise empty
     */
    record Group(int state, int units, int[] ids, long[] words) {

        void addTo(long[] mask) {
            for (int id : ids) {
                mask[id >> 6] |= 1L << id;
            }
            for (int i = 0; i < words.length; i++) {
                mask[i] |= words[i];
            }
        }
    }

    /** @param work receives the elementary steps that this takes */
    static TerminalTokens find(TokenTrie trie, Terminal terminal, int state, LongConsumer work) {
        Finder finder = new Finder(trie);
        walk(trie, 0, terminal, state, finder, work);
        return finder.found();
    }

    List<Group> groups() {
        return groups;
    }

    int numExits() {
        return exits.length;
    }

    int exit(int index) {
        return exits[index];
    }

    int exitUnits(int index) {
        return exitUnits[index];
    }

    int bytes() {
        return bytes;
    }

    /** Receives the nodes of the trie that a walk reaches. */
    interface Visitor {

        /** At least one token ends at this node. */
        void tokens(int node, int state, int units);

        /** The terminal can be complete at this node, and there are longer tokens. */
        void exit(int node, int state, int units);
    }

    /** Visits the nodes below a node that a terminal allows. The cost is proportional to the nodes visited. */
    static void walk(TokenTrie trie, int from, Terminal terminal, int state, Visitor visitor, LongConsumer work) {
        int[] states = new int[64];
        int[] units = new int[64];
        states[0] = state;
        int top = trie.depth(from);
        int end = trie.end(from);
        int visited = 0;
        work.accept(4);
        for (int node = from + 1; node < end; ) {
            if (++visited % REPORTED_NODES == 0) {
                work.accept(REPORTED_NODES);
            }
            int depth = trie.depth(node) - top;
            if (depth == states.length) {
                states = Arrays.copyOf(states, 2 * depth);
                units = Arrays.copyOf(units, 2 * depth);
            }
            int before = states[depth - 1];
            int reached = terminal.automaton().next(before, trie.label(node));
            if (reached == ByteAutomaton.DEAD) {
                node = trie.end(node);
                continue;
            }
            states[depth] = reached;
            units[depth] = units[depth - 1] + (terminal.completesUnit(before, reached) ? 1 : 0);
            if (trie.endsToken(node)) {
                visitor.tokens(node, reached, units[depth]);
            }
            if (terminal.automaton().isAccepting(reached) && trie.end(node) > node + 1) {
                visitor.exit(node, reached, units[depth]);
            }
            node++;
        }
        work.accept(visited % REPORTED_NODES);
    }

    /** Collects the groups and exits of a walk from the root. */
    private static final class Finder implements Visitor {

        private final TokenTrie trie;
        private final Map<Long, Ids> groups = new LinkedHashMap<>();
        private final Ids exits = new Ids();
        private final Ids exitUnits = new Ids();
        private long lastKey = -1;
        private Ids last = new Ids();

        Finder(TokenTrie trie) {
            this.trie = trie;
        }

        @Override
        public void tokens(int node, int state, int units) {
            long key = (long) state << 32 | units;
            if (key != lastKey) {
                last = groups.computeIfAbsent(key, fresh -> new Ids());
                lastKey = key;
            }
            for (int i = trie.firstToken(node); i < trie.firstToken(node + 1); i++) {
                last.add(trie.token(i));
            }
        }

        @Override
        public void exit(int node, int state, int units) {
            exits.add(node);
            exitUnits.add(units);
        }

        TerminalTokens found() {
            List<Group> found = groups.entrySet().stream()
                    .map(entry ->
                            group((int) (entry.getKey() >> 32), entry.getKey().intValue(), entry.getValue()))
                    .toList();
            int bytes = 64 + 8 * exits.count;
            for (Group group : found) {
                bytes += 64 + 4 * group.ids().length + 8 * group.words().length;
            }
            return new TerminalTokens(found, exits.toArray(), exitUnits.toArray(), bytes);
        }

        private static Group group(int state, int units, Ids ids) {
            int[] list = ids.toArray();
            int words = (Arrays.stream(list).max().orElse(0) >> 6) + 1;
            if (list.length < 2 * words) {
                return new Group(state, units, list, new long[0]);
            }
            long[] bits = new long[words];
            for (int id : list) {
                bits[id >> 6] |= 1L << id;
            }
            return new Group(state, units, new int[0], bits);
        }
    }

    /** A growing list of integers. */
    private static final class Ids {
        private int[] values = new int[8];
        private int count;

        void add(int value) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = value;
        }

        int[] toArray() {
            return Arrays.copyOf(values, count);
        }
    }
}
