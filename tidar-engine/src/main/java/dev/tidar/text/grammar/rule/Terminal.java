package dev.tidar.text.grammar.rule;

import dev.tidar.text.grammar.vocabulary.Vocabulary;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * A regular part of a grammar: an automaton over bytes.
 *
 * <p>It may count units, which are the characters of a JSON string: one state, the hub, lies between two characters,
 * and a character is complete when the hub is reached again. So a bound on the length costs no states.
 */
public final class Terminal extends Rule {

    private static final int NO_HUB = -1;
    public static final int START = 0;
    public static final int NONE_OR_SEVERAL = -1;

    private final ByteAutomaton automaton;
    private final boolean free;
    private final int hub;
    private final int min;
    private final int max;
    private final BitSet goesOn;
    private final int[] costs; // [states], to the end, or to the hub if there is one
    private final byte[] ways; // [states], the first byte on the way there
    private final int unitCost;
    private final byte unitStart;

    /** A terminal that counts nothing. */
    Terminal(ByteAutomaton automaton, Vocabulary vocabulary) {
        this(automaton, false, vocabulary, NO_HUB, 0, Integer.MAX_VALUE);
    }

    /** The terminal of text that ends nowhere by itself. */
    static Terminal free(ByteAutomaton automaton, Vocabulary vocabulary) {
        return new Terminal(automaton, true, vocabulary, NO_HUB, 0, Integer.MAX_VALUE);
    }

    /** The terminal of JSON strings of so many characters; {@code Integer.MAX_VALUE} is no limit. */
    static Terminal counting(ByteAutomaton strings, Vocabulary vocabulary, int min, int max) {
        return new Terminal(strings, false, vocabulary, strings.next(START, (byte) '"'), min, max);
    }

    private Terminal(ByteAutomaton automaton, boolean free, Vocabulary vocabulary, int hub, int min, int max) {
        this.automaton = automaton;
        this.free = free;
        this.hub = hub;
        this.min = min;
        this.max = max;
        this.goesOn = new BitSet();
        this.costs = new int[automaton.states()];
        this.ways = new byte[automaton.states()];
        byte[] cheapest = cheapestOfClass(vocabulary);
        int[] prices = new int[cheapest.length];
        for (int c = 0; c < prices.length; c++) {
            prices[c] = vocabulary.hasByte(cheapest[c] & 0xff) ? 1 : NO_TOKEN;
        }
        findWays(hub == NO_HUB ? automaton::isAccepting : state -> state == hub, cheapest, prices);
        int bestCost = IMPOSSIBLE;
        byte best = 0;
        for (int c = 0; hub != NO_HUB && c < prices.length; c++) {
            int target = automaton.nextByClass(hub, c);
            int cost = target == ByteAutomaton.DEAD || automaton.isAccepting(target)
                    ? IMPOSSIBLE
                    : sum(prices[c], costs[target]);
            if (cost < bestCost) {
                bestCost = cost;
                best = cheapest[c];
            }
        }
        this.unitCost = bestCost;
        this.unitStart = best;
        for (int state = 0; state < costs.length; state++) {
            goesOn.set(state, automaton.goesOn(state));
        }
    }

    /** Of the bytes of each class one that is a token if any is. */
    private byte[] cheapestOfClass(Vocabulary vocabulary) {
        byte[] cheapest = new byte[automaton.classes()];
        BitSet known = new BitSet();
        for (int b = 255; b >= 0; b--) {
            int c = automaton.classOf(b);
            if (vocabulary.hasByte(b) || !known.get(c)) {
                cheapest[c] = (byte) b;
                known.set(c);
            }
        }
        return cheapest;
    }

    private void findWays(IntPredicate goal, byte[] cheapest, int[] prices) {
        for (int state = 0; state < costs.length; state++) {
            costs[state] = goal.test(state) ? 0 : IMPOSSIBLE;
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int state = costs.length - 1; state >= 0; state--) { // most automata lead to higher states
                for (int c = 0; c < prices.length; c++) {
                    int target = automaton.nextByClass(state, c);
                    int cost = target == ByteAutomaton.DEAD ? IMPOSSIBLE : sum(prices[c], costs[target]);
                    if (cost < costs[state]) {
                        costs[state] = cost;
                        ways[state] = cheapest[c];
                        changed = true;
                    }
                }
            }
        }
    }

    public ByteAutomaton automaton() {
        return automaton;
    }

    /** Whether this is free text. */
    public boolean isFree() {
        return free;
    }

    public boolean counts() {
        return hub != NO_HUB;
    }

    /** Whether any byte may follow. */
    boolean goesOn(int state) {
        return goesOn.get(state);
    }

    public boolean completesUnit(int before, int reached) {
        return reached == hub && before != START;
    }

    /** The units after some more, as far as they matter: without a maximum those beyond the minimum do not. */
    public int counted(int units, int more) {
        if (hub == NO_HUB) {
            return 0;
        }
        return max == Integer.MAX_VALUE ? Math.min(units + more, min) : units + more;
    }

    /** Whether a text with so many complete units may be in this state. */
    public boolean admits(int state, int units) {
        if (hub == NO_HUB) {
            return true;
        }
        if (automaton.isAccepting(state)) {
            return units >= min && units <= max;
        }
        return state == hub || state == START ? units <= max : units < max;
    }

    /** Whether a text with so many complete units may end. */
    public boolean mayEnd(int units) {
        return hub == NO_HUB || units >= min && units <= max;
    }

    /** The one byte that may follow, whatever was counted; negative if there are several or none. */
    public int onlyByte(int state) {
        int only = NONE_OR_SEVERAL;
        for (int b = 0; b < 256; b++) {
            if (automaton.next(state, (byte) b) != ByteAutomaton.DEAD) {
                if (only != NONE_OR_SEVERAL) {
                    return NONE_OR_SEVERAL;
                }
                only = b;
            }
        }
        return only;
    }

    /** The cost of the shortest end of this terminal. */
    int rest(int state, int units) {
        if (hub == NO_HUB || automaton.isAccepting(state)) {
            return hub == NO_HUB ? costs[state] : 0;
        }
        int complete = state == hub || state == START ? units : counted(units, 1);
        long rest = costs[state] + (long) Math.max(0, min - complete) * unitCost + 1; // 1: the quote
        return (int) Math.min(IMPOSSIBLE, rest);
    }

    byte[] shortestFrom(int state, int units) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        shortestFrom(state, units, out);
        return out.toByteArray();
    }

    private void shortestFrom(int state, int units, ByteArrayOutputStream out) {
        if (hub == NO_HUB) {
            follow(state, out);
        } else if (!automaton.isAccepting(state)) {
            follow(state, out);
            int complete = state == hub || state == START ? units : units + 1;
            for (int i = complete; i < min; i++) {
                out.write(unitStart);
                follow(automaton.next(hub, unitStart), out);
            }
            out.write('"');
        }
    }

    private void follow(int from, ByteArrayOutputStream out) {
        int state = from;
        while (costs[state] > 0) {
            out.write(ways[state]);
            state = automaton.next(state, ways[state]);
        }
    }

    @Override
    int cost() {
        return min > max ? IMPOSSIBLE : rest(START, 0);
    }

    @Override
    int height() {
        return 0;
    }

    @Override
    boolean settleCost() {
        return false;
    }

    @Override
    boolean settleHeight() {
        return false;
    }

    @Override
    void enter(Frame after, Closure out) {
        out.add(new Spot(this, START, 0, after));
    }

    @Override
    void shortest(ByteArrayOutputStream out) {
        shortestFrom(START, 0, out);
    }

    @Override
    public String toString() {
        return "Terminal" + Arrays.toString(shortestFrom(START, 0));
    }
}
