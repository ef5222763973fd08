package dev.tidar.text.grammar.rule;

import java.io.ByteArrayOutputStream;

/**
 * A part that the limit on tokens may cut: no text in it is led to its end, so the limit excludes no token there. The
 * stack holds a frame for it, by which a parse knows that it is inside.
 */
final class CuttableRule extends ComposedRule {

    private final Rule part;

    CuttableRule(Rule part) {
        this.part = part;
    }

    @Override
    int costOfParts() {
        return part.cost();
    }

    @Override
    int heightOfParts() {
        return part.height();
    }

    @Override
    boolean mayBeCut() {
        return true;
    }

    @Override
    void enter(Frame stack, ParseSet out) {
        part.enter(Frame.of(this, 0, 0, stack), out);
    }

    @Override
    void resume(Frame frame, ParseSet out) {
        out.addAll(frame.parent().continuation());
    }

    @Override
    int completionCost(int position, int count) {
        return 0;
    }

    @Override
    void shortestCompletion(int position, int count, ByteArrayOutputStream out) {}

    @Override
    void shortest(ByteArrayOutputStream out) {
        part.shortest(out);
    }
}
