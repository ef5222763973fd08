package dev.tidar.text.grammar;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.automaton.Work;
import java.util.ArrayList;
import java.util.List;

/** The rules of a grammar while it is compiled. Confined to the thread that compiles. */
final class RuleSet {

    /** Bytes of the shortest text of a grammar. */
    static final int MAX_SHORTEST = 1 << 16;

    private final Vocabulary vocabulary;
    private final Work work;
    private final List<Rule> rules = new ArrayList<>();
    private int bytes = 1024;

    RuleSet(Vocabulary vocabulary, Work work) {
        this.vocabulary = vocabulary;
        this.work = work;
    }

    Work work() {
        return work;
    }

    JsonTerminals json() {
        return vocabulary.json();
    }

    /** Keeps a rule, to be settled with the others. */
    <R extends Rule> R add(R rule) {
        rules.add(rule);
        bytes += 256;
        return rule;
    }

    Terminal terminal(ByteAutomaton automaton) {
        weigh(automaton);
        return new Terminal(automaton, vocabulary);
    }

    /** The terminal of free text, which only a stop id or the budget ends. */
    Terminal freeText(ByteAutomaton automaton) {
        weigh(automaton);
        return Terminal.free(automaton, vocabulary);
    }

    private void weigh(ByteAutomaton automaton) {
        bytes += 4 * automaton.states() * (automaton.classes() + 2);
    }

    /**
     * Settles costs and heights.
     *
     * @param what what is compiled, for messages
     * @throws InvalidRequestException if the root has no text, or none that is small enough
     */
    Grammar finish(String what, Rule root) {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = rules.size() - 1; i >= 0; i--) {
                changed |= rules.get(i).settleCost();
            }
            work.spend(16L * rules.size());
        }
        if (root.cost() >= Rule.IMPOSSIBLE) {
            throw new InvalidRequestException("%s must allow some answer, but allows none".formatted(what));
        }
        settleHeights(what, root);
        if (root.cost() % Rule.NO_TOKEN > MAX_SHORTEST) {
            throw new InvalidRequestException("%s must allow an answer of at most %d bytes, but the shortest has %d"
                    .formatted(what, MAX_SHORTEST, root.cost() % Rule.NO_TOKEN));
        }
        Grammar grammar = new Grammar(vocabulary, root, bytes);
        if (grammar.start().shortestCompletion() >= Rule.IMPOSSIBLE) {
            throw new InvalidRequestException(
                    "%s must allow an answer that the tokens of the model can spell, but allows none".formatted(what));
        }
        return grammar;
    }

    private void settleHeights(String what, Rule root) {
        boolean changed = true;
        while (changed && root.height() <= Rule.MAX_NESTING) {
            changed = false;
            for (int i = rules.size() - 1; i >= 0; i--) {
                changed |= rules.get(i).settleHeight();
            }
            work.spend(16L * rules.size());
        }
        if (root.height() > Rule.MAX_NESTING) {
            throw new InvalidRequestException("%s must allow an answer nested at most %d deep, but allows none"
                    .formatted(what, Rule.MAX_NESTING));
        }
    }
}
