package dev.tidar.text.grammar.rule;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** One of several rules, which may begin alike; none of them at all matches nothing. */
final class ChoiceRule extends Rule {

    private final List<Rule> choices;
    private int cost = IMPOSSIBLE;
    private int height;

    ChoiceRule(List<Rule> choices) {
        this.choices = List.copyOf(choices);
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
        cost = choices.stream().mapToInt(Rule::cost).min().orElse(IMPOSSIBLE);
        return cost != before;
    }

    @Override
    boolean settleHeight() {
        int before = height;
        height = cost == IMPOSSIBLE ? 0 : cheapest().height();
        return height != before;
    }

    /** The first of those that cost least. */
    private Rule cheapest() {
        return choices.stream()
                .filter(choice -> choice.cost() == cost)
                .findFirst()
                .orElseThrow();
    }

    @Override
    void enter(Frame after, Closure out) {
        for (Rule choice : choices) {
            if (choice.fits(after.depth())) {
                choice.enter(after, out);
            }
        }
    }

    @Override
    void shortest(ByteArrayOutputStream out) {
        cheapest().shortest(out);
    }
}
