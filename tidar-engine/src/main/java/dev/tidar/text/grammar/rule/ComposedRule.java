package dev.tidar.text.grammar.rule;

/** A rule whose cost and height follow from its parts, and are computed while the rules are settled. */
abstract class ComposedRule extends Rule {

    private int cost = IMPOSSIBLE;
    private int height;

    /** The cost, from the current costs of the parts. */
    abstract int costOfParts();

    /** The height, from the current heights of the parts. */
    abstract int heightOfParts();

    @Override
    final int cost() {
        return cost;
    }

    @Override
    final int height() {
        return height;
    }

    @Override
    final boolean settleCost() {
        int before = cost;
        cost = costOfParts();
        return cost != before;
    }

    @Override
    final boolean settleHeight() {
        int before = height;
        height = heightOfParts();
        return height != before;
    }
}
