package dev.tidar.text.grammar.rule;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** One part after the other; at least one. */
final class SequenceRule extends Rule {

    private final List<Rule> parts;
    private int cost = IMPOSSIBLE;
    private int height;

    SequenceRule(List<Rule> parts) {
        this.parts = List.copyOf(parts);
    }

    @Override
    int cost() {
        return cost;
    }

    @Override
    int height() {
        return height;
    }

    @Override
    boolean settleCost() {
        int before = cost;
        cost = restCost(0, 0);
        return cost != before;
    }

    @Override
    boolean settleHeight() {
        int before = height;
        height = parts.stream().mapToInt(Rule::height).max().orElse(0);
        return height != before;
    }

    @Override
    void enter(Frame after, Closure out) {
        enterPart(0, after, out);
    }

    @Override
    void resume(Frame frame, Closure out) {
        enterPart(frame.position(), frame.after(), out);
    }

    /** The last part needs no frame, because nothing of this rule comes after it. */
    private void enterPart(int part, Frame after, Closure out) {
        boolean last = part == parts.size() - 1;
        parts.get(part).enter(last ? after : Frame.of(this, part + 1, 0, after), out);
    }

    @Override
    int restCost(int position, int count) {
        int sum = 0;
        for (int i = position; i < parts.size(); i++) {
            sum = sum(sum, parts.get(i).cost());
        }
        return sum;
    }

    @Override
    void restShortest(int position, int count, ByteArrayOutputStream out) {
        for (int i = position; i < parts.size(); i++) {
            parts.get(i).shortest(out);
        }
    }

    @Override
    void shortest(ByteArrayOutputStream out) {
        restShortest(0, 0, out);
    }
}
