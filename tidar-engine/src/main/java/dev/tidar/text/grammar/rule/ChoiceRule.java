package dev.tidar.text.grammar.rule;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.Stream;

/**
 * One of several rules, which may start alike; without any choice it matches nothing. The choices can be defined later,
 * so that rules can contain themselves.
 */
public final class ChoiceRule extends ComposedRule {

    private List<Rule> choices;

    ChoiceRule(List<Rule> choices) {
        this.choices = List.copyOf(choices);
    }

    /** Defines the choices of a rule that {@link RuleSet#deferredChoice} returned. */
    public void define(List<Rule> defined) {
        choices = List.copyOf(defined);
    }

    @Override
    long size() {
        return choices.size();
    }

    @Override
    int costOfParts() {
        return ways().mapToInt(Rule::cost).min().orElse(IMPOSSIBLE);
    }

    @Override
    int heightOfParts() {
        return cost() == IMPOSSIBLE ? 0 : cheapest().height();
    }

    /** The choices that lead to an end: those that may be cut only where there are no others. */
    private Stream<Rule> ways() {
        boolean all = choices.stream().allMatch(Rule::mayBeCut);
        return choices.stream().filter(choice -> all || !choice.mayBeCut());
    }

    /** The first of the choices with the lowest cost. */
    private Rule cheapest() {
        return ways().filter(choice -> choice.cost() == cost()).findFirst().orElseThrow();
    }

    @Override
    void enter(Frame stack, ParseSet out) {
        for (Rule choice : choices) {
            if (choice.fits(stack.depth())) {
                choice.enter(stack, out);
            }
        }
    }

    @Override
    void shortest(ByteArrayOutputStream out) {
        cheapest().shortest(out);
    }
}
