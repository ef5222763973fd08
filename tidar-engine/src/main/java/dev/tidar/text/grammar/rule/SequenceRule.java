package dev.tidar.text.grammar.rule;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** The parts, one after the other; there is at least one. */
final class SequenceRule extends ComposedRule {

    private final List<Rule> parts;

    SequenceRule(List<Rule> parts) {
        this.parts = List.copyOf(parts);
    }

    @Override
    int costOfParts() {
        return completionCost(0, 0);
    }

    @Override
    int heightOfParts() {
        return parts.stream().mapToInt(Rule::height).max().orElse(0);
    }

    @Override
    void enter(Frame stack, ParseSet out) {
        enterPart(0, stack, out);
    }

    @Override
    void resume(Frame frame, ParseSet out) {
        enterPart(frame.position(), frame.parent(), out);
    }

    /** The last part needs no frame, because nothing of this rule comes after it. */
    private void enterPart(int part, Frame stack, ParseSet out) {
        boolean last = part == parts.size() - 1;
        parts.get(part).enter(last ? stack : Frame.of(this, part + 1, 0, stack), out);
    }

    @Override
    int completionCost(int position, int count) {
        int sum = 0;
        for (int i = position; i < parts.size(); i++) {
            sum = sum(sum, parts.get(i).cost());
        }
        return sum;
    }

    @Override
    void shortestCompletion(int position, int count, ByteArrayOutputStream out) {
        for (int i = position; i < parts.size(); i++) {
            parts.get(i).shortest(out);
        }
    }

    @Override
    void shortest(ByteArrayOutputStream out) {
        shortestCompletion(0, 0, out);
    }
}
