package dev.tidar.text.grammar.rule;

import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * A regular part of a grammar: an automaton over bytes.
 *
 * <p>A terminal of JSON strings with a limit on their length counts units, which are the characters of the string. The
 * automaton is in one state, the hub, between any two characters, so a character is complete when the hub is reached
 * again. Limits on the length therefore need no states.
 */
public final class Terminal extends Rule {

    private static final int NO_HUB = -1;
    public static final int START = 0;

    /** What {@link #onlyByte} returns if no byte or several can follow. */
    public static final int NONE_OR_SEVERAL = -1;

    private final ByteAutomaton automaton;
    private final int hub;
    private final int min;
    private final int max;
    private final BitSet canContinue;
    private final int[] costs; // [states], of the shortest way to the end, or to the hub if there is one
    private final byte[] firstBytes; // [states], the first byte on that way
    private final int unitCost;
    private final byte unitStart;

    /** A terminal that does not count units. */
    Terminal(ByteAutomaton automaton, Vocabulary vocabulary) {
        this(automaton, vocabulary, NO_HUB, 0, Integer.MAX_VALUE);
    }

    /**
     * A terminal of JSON strings.
     *
     * @param min minimum number of characters
     * @param max maximum number of characters; {@code Integer.MAX_VALUE} for no limit
     */
    static Terminal counting(ByteAutomaton strings, Vocabulary vocabulary, int min, int max) {
        return new Terminal(strings, vocabulary, strings.next(START, (byte) '"'), min, max);
    }

    private Terminal(ByteAutomaton automaton, Vocabulary vocabulary, int hub, int min, int max) {
        this.automaton = automaton;
        this.hub = hub;
        this.min = min;
        this.max = max;
        this.canContinue = new BitSet();
        this.costs = new int[automaton.states()];
        this.firstBytes = new byte[automaton.states()];
        byte[] cheapest = cheapestOfClass(vocabulary);
        int[] prices = new int[cheapest.length];
        for (int c = 0; c < prices.length; c++) {
            prices[c] = vocabulary.hasByte(cheapest[c] & 0xff) ? 1 : NO_TOKEN;
        }
        findCosts(hub == NO_HUB ? automaton::isAccepting : state -> state == hub, cheapest, prices);
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
            canContinue.set(state, automaton.canContinue(state));
        }
    }

    /** One byte of each class, which is a token by itself if the class has such a byte. */
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

    private void findCosts(IntPredicate goal, byte[] cheapest, int[] prices) {
        for (int state = 0; state < costs.length; state++) {
            costs[state] = goal.test(state) ? 0 : IMPOSSIBLE;
        }
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int state = costs.length - 1; state >= 0; state--) { // most states lead to higher ones
                for (int c = 0; c < prices.length; c++) {
                    int target = automaton.nextByClass(state, c);
                    int cost = target == ByteAutomaton.DEAD ? IMPOSSIBLE : sum(prices[c], costs[target]);
                    if (cost < costs[state]) {
                        costs[state] = cost;
                        firstBytes[state] = cheapest[c];
                        changed = true;
                    }
                }
            }
        }
    }

    public ByteAutomaton automaton() {
        return automaton;
    }

    /** Whether this terminal counts units. */
    public boolean counts() {
        return hub != NO_HUB;
    }

    /** Whether a state allows any more bytes. */
    boolean canContinue(int state) {
        return canContinue.get(state);
    }

    /** Whether a transition between these states completes a unit. */
    public boolean completesUnit(int before, int reached) {
        return reached == hub && before != START;
    }

    /**
     * The number of completed units after some more. Without a maximum, numbers above the minimum make no difference.
     */
    public int counted(int units, int more) {
        if (hub == NO_HUB) {
            return 0;
        }
        return max == Integer.MAX_VALUE ? Math.min(units + more, min) : units + more;
    }

    /** Whether a text with this number of completed units may be in this state. */
    public boolean admits(int state, int units) {
        if (hub == NO_HUB) {
            return true;
        }
        if (automaton.isAccepting(state)) {
            return units >= min && units <= max;
        }
        return state == hub || state == START ? units <= max : units < max;
    }

    /** Whether a text with this number of completed units may end. */
    public boolean mayEnd(int units) {
        return hub == NO_HUB || units >= min && units <= max;
    }

    /** The only byte that can follow, if limits on units are ignored; negative if there are several or none. */
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

    /** The cost of the shortest completion of this terminal. */
    int costToEnd(int state, int units) {
        if (hub == NO_HUB || automaton.isAccepting(state)) {
            return hub == NO_HUB ? costs[state] : 0;
        }
        int complete = state == hub || state == START ? units : counted(units, 1);
        long rest = costs[state] + (long) Math.max(0, min - complete) * unitCost + 1; // 1: the quote
        return (int) Math.min(IMPOSSIBLE, rest);
    }

    /** The shortest completion of this terminal. */
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
            out.write(firstBytes[state]);
            state = automaton.next(state, firstBytes[state]);
        }
    }

    @Override
    int cost() {
        return min > max ? IMPOSSIBLE : costToEnd(START, 0);
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
    void enter(Frame stack, ParseSet out) {
        out.add(new Parse(this, START, 0, stack));
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
