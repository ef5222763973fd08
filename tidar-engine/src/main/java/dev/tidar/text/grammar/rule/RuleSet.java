package dev.tidar.text.grammar.rule;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.automaton.Work;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rules of a grammar while it is compiled. Confined to the thread that compiles. */
public final class RuleSet {

    /** The maximum length of the shortest text of a grammar, in bytes. */
    static final int MAX_SHORTEST = 1 << 16;

    private final Vocabulary vocabulary;
    private final JsonTerminals json;
    private final Work work;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<String, Rule> literals = new HashMap<>();
    private int bytes = 1024;

    /** @param json the terminals of JSON for this vocabulary */
    public RuleSet(Vocabulary vocabulary, JsonTerminals json, Work work) {
        this.vocabulary = vocabulary;
        this.json = json;
        this.work = work;
    }

    public Work work() {
        return work;
    }

    /** Adds a rule, which is settled with all others. */
    private <R extends Rule> R add(R rule) {
        rules.add(rule);
        bytes += 256;
        return rule;
    }

    /** The parts one after the other; there is at least one. */
    public Rule sequence(Rule... parts) {
        return sequence(List.of(parts));
    }

    /** The parts one after the other; there is at least one. */
    public Rule sequence(List<Rule> parts) {
        return add(new SequenceRule(parts));
    }

    /** One of the choices, which may begin alike; a rule without choices matches nothing. */
    public Rule choice(List<Rule> choices) {
        return add(new ChoiceRule(choices));
    }

    /** A part that the limit on tokens may cut, rather than lead it to its end. */
    public Rule cuttable(Rule part) {
        return add(new CuttableRule(part));
    }

    /** A choice that is defined later, so that rules can contain themselves. */
    public ChoiceRule deferredChoice() {
        return add(new ChoiceRule(List.of()));
    }

    /**
     * A JSON array.
     *
     * @param prefix rules of the first elements
     * @param items rule of all additional elements
     * @param min minimum number of elements
     * @param max maximum number of elements; {@code Integer.MAX_VALUE} for no limit
     */
    public Rule array(List<Rule> prefix, Rule items, int min, int max) {
        return add(new ArrayRule(json, prefix, items, min, max));
    }

    /**
     * A JSON object.
     *
     * @param declared members in their order
     * @param additional members of which any number may follow; none of them is required
     * @param min minimum number of members, declared and additional ones together
     * @param max maximum number of members; {@code Integer.MAX_VALUE} for no limit
     */
    public Rule object(List<Member> declared, List<Member> additional, int min, int max) {
        return add(new ObjectRule(json, declared, additional, min, max));
    }

    /**
     * A JSON string.
     *
     * @param min minimum number of characters
     * @param max maximum number of characters; {@code Integer.MAX_VALUE} for no limit
     */
    public Rule string(int min, int max) {
        return json.string(min, max);
    }

    /** The white space that JSON may have. */
    public Rule space() {
        return json.space();
    }

    /** The colon between the name and the value of a member, and the white space after it. */
    public Rule colon() {
        return json.colon();
    }

    /** One text; the same text has the same terminal wherever it stands, so that its tokens are looked for once. */
    public Rule literal(String text) {
        return literals.computeIfAbsent(
                text, fresh -> terminal(ByteAutomaton.of(fresh.getBytes(StandardCharsets.UTF_8))));
    }

    /** The texts of an automaton. */
    public Rule terminal(ByteAutomaton automaton) {
        work.spend(4L * automaton.states() * automaton.classes());
        bytes += 4 * automaton.states() * (automaton.classes() + 2);
        return new Terminal(automaton, vocabulary);
    }

    /** An estimate of the memory of the rules, in bytes. */
    public int bytes() {
        return bytes;
    }

    /**
     * Computes the cost and the height of every rule.
     *
     * @param what what is compiled, for messages
     * @param root the rule of the whole text
     * @throws InvalidRequestException if the root has no text, or none that is small enough
     */
    public void settle(String what, Rule root) {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int i = rules.size() - 1; i >= 0; i--) {
                work.spend(16 + 4L * rules.get(i).size());
                changed |= rules.get(i).settleCost();
            }
        }
        if (root.cost() >= Rule.IMPOSSIBLE) {
            throw new InvalidRequestException("%s must allow some answer, but allows none".formatted(what));
        }
        settleHeights(what, root);
        if (root.cost() % Rule.NO_TOKEN > MAX_SHORTEST) {
            throw new InvalidRequestException("%s must allow an answer of at most %d bytes, but the shortest has %d"
                    .formatted(what, MAX_SHORTEST, root.cost() % Rule.NO_TOKEN));
        }
    }

    private void settleHeights(String what, Rule root) {
        boolean changed = true;
        while (changed && root.height() <= Rule.MAX_NESTING) {
            changed = false;
            for (int i = rules.size() - 1; i >= 0; i--) {
                work.spend(16 + 4L * rules.get(i).size());
                changed |= rules.get(i).settleHeight();
            }
        }
        if (root.height() > Rule.MAX_NESTING) {
            throw new InvalidRequestException("%s must allow an answer nested at most %d deep, but allows none"
                    .formatted(what, Rule.MAX_NESTING));
        }
    }
}
