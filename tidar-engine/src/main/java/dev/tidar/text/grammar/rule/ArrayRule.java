package dev.tidar.text.grammar.rule;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/** A JSON array: first elements with a rule each, then elements of one rule. */
final class ArrayRule extends Rule {

    private static final int FIRST = 0;
    private static final int AFTER_VALUE = 1;
    private static final int AFTER_COMMA = 2;

    private final JsonTerminals json;
    private final List<Rule> first;
    private final Rule others;
    private final int min;
    private final int max;
    private final int distinct;
    private final int[] restCosts; // [distinct + 1], after so many elements
    private final int[] restHeights; // [distinct + 1]

    /**
     * @param first rules of the first elements
     * @param others rule of all further ones
     * @param max {@code Integer.MAX_VALUE} for no limit
     */
    ArrayRule(JsonTerminals json, List<Rule> first, Rule others, int min, int max) {
        this.json = json;
        this.first = List.copyOf(first);
        this.others = others;
        this.min = min;
        this.max = max;
        this.distinct = Math.max(min, first.size());
        this.restCosts = new int[distinct + 1];
        this.restHeights = new int[distinct + 1];
        Arrays.fill(restCosts, IMPOSSIBLE);
    }

    private Rule element(int index) {
        return index < first.size() ? first.get(index) : others;
    }

    /** Elements so far, as far as they matter: without a maximum all after the last distinct one are alike. */
    private int counted(int elements) {
        return max == Integer.MAX_VALUE ? Math.min(elements, distinct) : elements;
    }

    private boolean mayAppend(int count, int depth) {
        return count < max
                && element(count).fits(depth)
                && restCost(AFTER_VALUE, counted(count + 1)) < IMPOSSIBLE
                && depth + restHeight(counted(count + 1)) <= MAX_NESTING;
    }

    @Override
    boolean nests() {
        return true;
    }

    @Override
    int cost() {
        return restCosts[0] == IMPOSSIBLE ? IMPOSSIBLE : sum(json.openArray().cost(), restCost(FIRST, 0));
    }

    @Override
    int height() {
        return 1 + restHeight(0);
    }

    @Override
    boolean settleCost() {
        boolean changed = false;
        for (int count = distinct; count >= 0; count--) {
            int cost = count > max
                    ? IMPOSSIBLE
                    : count >= min ? json.closeArray().cost() : sum(json.comma().cost(), appendCost(count));
            changed |= cost != restCosts[count];
            restCosts[count] = cost;
        }
        return changed;
    }

    private int appendCost(int count) {
        return count < max ? sum(element(count).cost(), restCost(AFTER_VALUE, counted(count + 1))) : IMPOSSIBLE;
    }

    @Override
    boolean settleHeight() {
        boolean changed = false;
        for (int count = min - 1; count >= 0; count--) {
            int height = Math.max(element(count).height(), restHeights[count + 1]);
            changed |= height != restHeights[count];
            restHeights[count] = height;
        }
        return changed;
    }

    private int restHeight(int count) {
        return restHeights[Math.min(count, distinct)];
    }

    @Override
    void enter(Frame after, Closure out) {
        json.openArray().enter(Frame.of(this, FIRST, 0, after), out);
    }

    @Override
    void resume(Frame frame, Closure out) {
        int count = frame.count();
        boolean appends = mayAppend(count, frame.depth());
        if (frame.position() != AFTER_COMMA && count >= min) {
            json.closeArray().enter(frame.after(), out);
        }
        if (frame.position() == AFTER_VALUE && appends) {
            json.comma().enter(Frame.of(this, AFTER_COMMA, count, frame.after()), out);
        } else if (appends) {
            element(count).enter(Frame.of(this, AFTER_VALUE, counted(count + 1), frame.after()), out);
        }
    }

    @Override
    int restCost(int position, int count) {
        if (position == AFTER_COMMA) {
            return appendCost(count);
        }
        int cost = restCosts[Math.min(count, distinct)];
        return position == FIRST && min > 0 && cost < IMPOSSIBLE
                ? cost - json.comma().cost()
                : cost;
    }

    @Override
    void shortest(ByteArrayOutputStream out) {
        json.openArray().shortest(out);
        restShortest(FIRST, 0, out);
    }

    @Override
    void restShortest(int position, int count, ByteArrayOutputStream out) {
        int next = count;
        boolean needsComma = position == AFTER_VALUE;
        while (next < min || position == AFTER_COMMA && next == count) {
            if (needsComma) {
                json.comma().shortest(out);
            }
            element(next++).shortest(out);
            needsComma = true;
        }
        json.closeArray().shortest(out);
    }
}
