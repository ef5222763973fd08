package dev.tidar.text.grammar.rule;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/** A JSON array: the first elements have a rule each, and all further elements share one. */
final class ArrayRule extends Rule {

    private static final int FIRST = 0;
    private static final int AFTER_VALUE = 1;
    private static final int AFTER_COMMA = 2;

    private final JsonTerminals json;
    private final List<Rule> prefix;
    private final Rule items;
    private final int min;
    private final int max;
    private final int maxCounted;
    private final int[] completionCosts; // [maxCounted + 1], by the number of elements so far
    private final int[] completionHeights; // [maxCounted + 1]

    /**
     * @param prefix rules of the first elements
     * @param items rule of all further elements
     * @param min minimum number of elements
     * @param max maximum number of elements; {@code Integer.MAX_VALUE} for no limit
     */
    ArrayRule(JsonTerminals json, List<Rule> prefix, Rule items, int min, int max) {
        this.json = json;
        this.prefix = List.copyOf(prefix);
        this.items = items;
        this.min = min;
        this.max = max;
        this.maxCounted = Math.max(min, prefix.size());
        this.completionCosts = new int[maxCounted + 1];
        this.completionHeights = new int[maxCounted + 1];
        Arrays.fill(completionCosts, IMPOSSIBLE);
    }

    private Rule element(int index) {
        return index < prefix.size() ? prefix.get(index) : items;
    }

    /** The number of elements so far. Without a maximum, numbers above {@code maxCounted} make no difference. */
    private int counted(int elements) {
        return max == Integer.MAX_VALUE ? Math.min(elements, maxCounted) : elements;
    }

    private boolean mayAppend(int count, int depth) {
        return count < max
                && element(count).fits(depth)
                && completionCost(AFTER_VALUE, counted(count + 1)) < IMPOSSIBLE
                && depth + completionHeight(counted(count + 1)) <= MAX_NESTING;
    }

    @Override
    boolean nests() {
        return true;
    }

    @Override
    int cost() {
        return completionCosts[0] == IMPOSSIBLE
                ? IMPOSSIBLE
                : sum(json.openArray().cost(), completionCost(FIRST, 0));
    }

    @Override
    int height() {
        return 1 + completionHeight(0);
    }

    @Override
    long size() {
        return maxCounted + 1L;
    }

    @Override
    boolean settleCost() {
        boolean changed = false;
        for (int count = maxCounted; count >= 0; count--) {
            int cost = count > max
                    ? IMPOSSIBLE
                    : count >= min ? json.closeArray().cost() : sum(json.comma().cost(), appendCost(count));
            changed |= cost != completionCosts[count];
            completionCosts[count] = cost;
        }
        return changed;
    }

    private int appendCost(int count) {
        return count < max ? sum(element(count).cost(), completionCost(AFTER_VALUE, counted(count + 1))) : IMPOSSIBLE;
    }

    @Override
    boolean settleHeight() {
        boolean changed = false;
        for (int count = min - 1; count >= 0; count--) {
            int height = Math.max(element(count).height(), completionHeights[count + 1]);
            changed |= height != completionHeights[count];
            completionHeights[count] = height;
        }
        return changed;
    }

    private int completionHeight(int count) {
        return completionHeights[Math.min(count, maxCounted)];
    }

    @Override
    void enter(Frame stack, ParseSet out) {
        json.openArray().enter(Frame.of(this, FIRST, 0, stack), out);
    }

    @Override
    void resume(Frame frame, ParseSet out) {
        int count = frame.count();
        boolean appends = mayAppend(count, frame.depth());
        if (frame.position() != AFTER_COMMA && count >= min) {
            json.closeArray().enter(frame.parent(), out);
        }
        if (frame.position() == AFTER_VALUE && appends) {
            json.comma().enter(Frame.of(this, AFTER_COMMA, count, frame.parent()), out);
        } else if (appends) {
            element(count).enter(Frame.of(this, AFTER_VALUE, counted(count + 1), frame.parent()), out);
        }
    }

    @Override
    int completionCost(int position, int count) {
        if (position == AFTER_COMMA) {
            return appendCost(count);
        }
        int cost = completionCosts[Math.min(count, maxCounted)];
        return position == FIRST && min > 0 && cost < IMPOSSIBLE
                ? cost - json.comma().cost()
                : cost;
    }

    @Override
    void shortest(ByteArrayOutputStream out) {
        json.openArray().shortest(out);
        shortestCompletion(FIRST, 0, out);
    }

    @Override
    void shortestCompletion(int position, int count, ByteArrayOutputStream out) {
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
