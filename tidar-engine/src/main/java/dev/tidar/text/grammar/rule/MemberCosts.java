package dev.tidar.text.grammar.rule;

import java.util.Arrays;
import java.util.List;

/**
 * The shortest completions of an object, by the next member that may come and by how many members are still needed to
 * reach the minimum. A shortest completion closes the object as soon as possible, and otherwise takes the cheapest
 * member.
 */
final class MemberCosts {

    private final JsonTerminals json;
    private final List<Member> members;
    private final int declared;
    private final int min;
    private final int max;
    private final int[] requiredFrom; // [declared + 1], required members from this one on
    private final int[][] afterComma; // [declared + 1][min + 1], by next member and members needed
    private final int[][] choice; // [declared + 1][min + 1], the member that is cheapest to take
    private final int[][] heights; // [declared + 1][min + 1], after a value

    MemberCosts(JsonTerminals json, List<Member> members, int declared, int min, int max) {
        this.json = json;
        this.members = members;
        this.declared = declared;
        this.min = min;
        this.max = max;
        this.requiredFrom = new int[declared + 1];
        for (int i = declared - 1; i >= 0; i--) {
            requiredFrom[i] = requiredFrom[i + 1] + (members.get(i).required() ? 1 : 0);
        }
        this.afterComma = new int[declared + 1][min + 1];
        this.choice = new int[declared + 1][min + 1];
        this.heights = new int[declared + 1][min + 1];
        for (int[] row : afterComma) {
            Arrays.fill(row, Rule.IMPOSSIBLE);
        }
    }

    int min() {
        return min;
    }

    /** The members that are still needed to reach the minimum. */
    private int needed(int count) {
        return Math.max(0, min - count);
    }

    /** Whether the object may close now: no required member is missing, and the number of members is allowed. */
    boolean mayClose(int next, int count) {
        return requiredFrom[next] == 0 && count >= min && count <= max;
    }

    /** Whether the object can still end after this member, which is number {@code count}. */
    boolean mayTake(int member, int count) {
        int next = Math.min(member + 1, declared);
        return members.get(member).cost() < Rule.IMPOSSIBLE
                && afterValue(next, count) < Rule.IMPOSSIBLE
                && (max == Integer.MAX_VALUE || count + Math.max(requiredFrom[next], needed(count)) <= max);
    }

    int afterOpen() {
        if (min > max || requiredFrom[0] > max) {
            return Rule.IMPOSSIBLE;
        }
        return mayClose(0, 0) ? json.closeObject().cost() : afterComma(0, 0);
    }

    int afterValue(int next, int count) {
        return mayClose(next, count)
                ? json.closeObject().cost()
                : Rule.sum(json.comma().cost(), afterComma(next, count));
    }

    int afterComma(int next, int count) {
        return afterComma[next][needed(count)];
    }

    /** The next member of the shortest completion. */
    int cheapest(int next, int count) {
        return choice[next][needed(count)];
    }

    int heightAfterOpen() {
        return heights[0][min];
    }

    int heightAfterValue(int next, int count) {
        return heights[next][needed(count)];
    }

    /** Recomputes the costs, and returns whether one changed. */
    boolean settle() {
        boolean changed = false;
        for (int next = declared; next >= 0; next--) {
            for (int need = 0; need <= min; need++) {
                int before = afterComma[next][need];
                afterComma[next][need] = Rule.IMPOSSIBLE;
                if (next == declared) {
                    for (int additional = declared; additional < members.size(); additional++) {
                        consider(next, need, additional);
                    }
                } else {
                    consider(next, need, next);
                    if (!members.get(next).required() && afterComma[next + 1][need] < afterComma[next][need]) {
                        afterComma[next][need] = afterComma[next + 1][need];
                        choice[next][need] = choice[next + 1][need];
                    }
                }
                changed |= afterComma[next][need] != before;
            }
        }
        return changed;
    }

    private void consider(int next, int need, int member) {
        int cost = Rule.sum(
                members.get(member).cost(), afterValue(Math.min(member + 1, declared), min - Math.max(0, need - 1)));
        if (cost < afterComma[next][need]) {
            afterComma[next][need] = cost;
            choice[next][need] = member;
        }
    }

    /** Recomputes the heights, and returns whether one changed. */
    boolean settleHeights() {
        boolean changed = false;
        for (int next = declared; next >= 0; next--) {
            for (int need = 0; need <= min; need++) {
                int height = 0;
                if (!mayClose(next, min - need) && afterComma[next][need] < Rule.IMPOSSIBLE) {
                    int member = choice[next][need];
                    height = Math.max(
                            members.get(member).value().height(),
                            heights[Math.min(member + 1, declared)][Math.max(0, need - 1)]);
                }
                changed |= height != heights[next][need];
                heights[next][need] = height;
            }
        }
        return changed;
    }
}
