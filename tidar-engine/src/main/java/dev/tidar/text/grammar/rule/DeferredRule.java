package dev.tidar.text.grammar.rule;

import java.io.ByteArrayOutputStream;

/** Stands for a rule that is made later, so that rules can contain themselves. */
public final class DeferredRule extends Rule {

    private Rule target = this;
    private int cost = IMPOSSIBLE;
    private int height;

    public void define(Rule rule) {
        target = rule;
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
        cost = target.cost();
        return cost != before;
    }

    @Override
    boolean settleHeight() {
        int before = height;
        height = target.height();
        return height != before;
    }

    @Override
    void enter(Frame after, Closure out) {
        target.enter(after, out);
    }

    @Override
    void shortest(ByteArrayOutputStream out) {
        target.shortest(out);
    }
}
