package dev.tidar.text.grammar.rule;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A JSON object: declared members in their order, of which optional ones may be left out, then any number of additional
 * members.
 *
 * <p>A position encodes the next member that may come and what was read last; {@link MemberCosts} knows the shortest
 * completion after each.
 */
final class ObjectRule extends Rule {

    private static final int FIRST = 0;
    private static final int AFTER_VALUE = 1;
    private static final int AFTER_COMMA = 2;
    private static final int AFTER_KEY = 3;
    private static final int KINDS = 4;

    private final JsonTerminals json;
    private final List<Member> members;
    private final int declared;
    private final int max;
    private final MemberCosts costs;

    /**
     * @param declared members in their order
     * @param additional members of which any number may follow; none of them is required
     * @param min minimum number of members, declared and additional ones together
     * @param max maximum number of members; {@code Integer.MAX_VALUE} for no limit
     */
    ObjectRule(JsonTerminals json, List<Member> declared, List<Member> additional, int min, int max) {
        this.json = json;
        this.declared = declared.size();
        List<Member> all = new ArrayList<>(declared);
        all.addAll(additional);
        this.members = List.copyOf(all);
        this.max = max;
        this.costs = new MemberCosts(json, members, this.declared, min, max);
    }

    private static int position(int kind, int member) {
        return member * KINDS + kind;
    }

    /** The first member that may follow this one; an additional member may follow itself. */
    private int after(int member) {
        return Math.min(member + 1, declared);
    }

    /** The number of members so far. Without a maximum, numbers above the minimum make no difference. */
    private int counted(int count) {
        return max == Integer.MAX_VALUE ? Math.min(count, costs.min()) : count;
    }

    @Override
    boolean nests() {
        return true;
    }

    @Override
    int cost() {
        return sum(json.openObject().cost(), costs.afterOpen());
    }

    @Override
    int height() {
        return 1 + costs.heightAfterOpen();
    }

    @Override
    long size() {
        return (declared + 1L) * (costs.min() + 1) + members.size();
    }

    @Override
    boolean settleCost() {
        return costs.settle();
    }

    @Override
    boolean settleHeight() {
        return costs.settleHeights();
    }

    @Override
    void enter(Frame stack, ParseSet out) {
        json.openObject().enter(Frame.of(this, position(FIRST, 0), 0, stack), out);
    }

    @Override
    void resume(Frame frame, ParseSet out) {
        int kind = frame.position() % KINDS;
        int next = frame.position() / KINDS;
        if (kind == AFTER_KEY) {
            Frame afterValue =
                    Frame.of(this, position(AFTER_VALUE, after(next)), counted(frame.count() + 1), frame.parent());
            members.get(next).value().enter(afterValue, out);
            return;
        }
        if (kind != AFTER_COMMA && costs.mayClose(next, frame.count())) {
            json.closeObject().enter(frame.parent(), out);
        }
        if (kind == AFTER_VALUE) {
            // The bound on tokens assumes the cheapest member, so a comma is allowed only if that member may follow.
            if (choosable(next, frame).contains(costs.cheapest(next, frame.count()))) {
                Frame afterComma = Frame.of(this, position(AFTER_COMMA, next), frame.count(), frame.parent());
                json.comma().enter(afterComma, out);
            }
            return;
        }
        for (int member : choosable(next, frame)) {
            Frame afterKey = Frame.of(this, position(AFTER_KEY, member), frame.count(), frame.parent());
            members.get(member).key().enter(afterKey, out);
        }
    }

    /** The members that may come next such that the object can still end within all limits. */
    private List<Integer> choosable(int next, Frame frame) {
        List<Integer> found = new ArrayList<>();
        if (frame.count() >= max) {
            return found;
        }
        for (int member = next; member < members.size(); member++) {
            Member candidate = members.get(member);
            if (candidate.value().fits(frame.depth())
                    && costs.mayTake(member, counted(frame.count() + 1))
                    && frame.depth() + costs.heightAfterValue(after(member), counted(frame.count() + 1))
                            <= MAX_NESTING) {
                found.add(member);
            }
            if (member < declared && candidate.required()) {
                break;
            }
        }
        return found;
    }

    @Override
    int completionCost(int position, int count) {
        int next = position / KINDS;
        return switch (position % KINDS) {
            case FIRST -> costs.afterOpen();
            case AFTER_VALUE -> costs.afterValue(next, count);
            case AFTER_COMMA -> costs.afterComma(next, count);
            default -> sum(members.get(next).value().cost(), costs.afterValue(after(next), counted(count + 1)));
        };
    }

    @Override
    void shortest(ByteArrayOutputStream out) {
        json.openObject().shortest(out);
        shortestCompletion(position(FIRST, 0), 0, out);
    }

    @Override
    void shortestCompletion(int position, int count, ByteArrayOutputStream out) {
        int kind = position % KINDS;
        int next = position / KINDS;
        int done = count;
        if (kind == AFTER_KEY) {
            members.get(next).value().shortest(out);
            next = after(next);
            done = counted(done + 1);
            kind = AFTER_VALUE;
        }
        while (kind == AFTER_COMMA || !costs.mayClose(next, done)) {
            if (kind == AFTER_VALUE) {
                json.comma().shortest(out);
            }
            int member = costs.cheapest(next, done);
            members.get(member).key().shortest(out);
            members.get(member).value().shortest(out);
            next = after(member);
            done = counted(done + 1);
            kind = AFTER_VALUE;
        }
        json.closeObject().shortest(out);
    }

    @Override
    public String toString() {
        return "ObjectRule" + Arrays.asList(declared, members.size(), max);
    }
}
