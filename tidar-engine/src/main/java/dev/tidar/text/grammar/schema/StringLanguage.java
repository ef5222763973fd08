package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.automaton.Encoding;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import dev.tidar.text.grammar.automaton.Work;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.RuleSet;
import java.util.ArrayList;
import java.util.List;

/** Sets of strings as automata and as rules. */
final class StringLanguage {

    private StringLanguage() {}

    /** The automaton of the texts in a set of strings. */
    static TextAutomaton of(ValueSet.Strings strings, Work work) {
        List<TextAutomaton> all = new ArrayList<>(strings.patterns());
        all.addAll(strings.formats());
        if (strings.min() > strings.max()) {
            return TextAutomaton.of(List.of(), work);
        }
        if (strings.min() > 0 || strings.max() < Integer.MAX_VALUE || all.isEmpty()) {
            all.add(TextAutomaton.ofLength(strings.min(), strings.max(), work));
        }
        TextAutomaton intersection = all.get(0);
        for (TextAutomaton next : all.subList(1, all.size())) {
            intersection = intersection.and(next, work);
        }
        return intersection;
    }

    /** The rule of a set of strings. Without patterns and formats the characters are counted, which needs no states. */
    static Rule rule(ValueSet.Strings strings, RuleSet rules) {
        if (strings.patterns().isEmpty() && strings.formats().isEmpty()) {
            return rules.string(strings.min(), strings.max());
        }
        TextAutomaton texts = of(strings, rules.work());
        return rules.terminal(Encoding.jsonStrings(texts, rules.work()));
    }
}
