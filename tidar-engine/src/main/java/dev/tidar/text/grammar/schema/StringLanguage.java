package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.RuleSet;
import dev.tidar.text.grammar.automaton.Encoding;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import dev.tidar.text.grammar.automaton.Work;
import java.util.ArrayList;
import java.util.List;

/** The strings of a shape, as an automaton. */
final class StringLanguage {

    private StringLanguage() {}

    static TextAutomaton of(Shape.Strings strings, Work work) {
        List<TextAutomaton> all = new ArrayList<>(strings.patterns());
        all.addAll(strings.formats());
        if (strings.min() > strings.max()) {
            return TextAutomaton.of(List.of(), work);
        }
        if (strings.min() > 0 || strings.max() < Integer.MAX_VALUE || all.isEmpty()) {
            all.add(TextAutomaton.ofLength(strings.min(), strings.max(), work));
        }
        TextAutomaton both = all.get(0);
        for (TextAutomaton next : all.subList(1, all.size())) {
            both = both.and(next, work);
        }
        return both;
    }

    /** The rule of a shape: without patterns the characters are counted, which costs no states. */
    static Rule rule(Shape.Strings strings, RuleSet rules) {
        if (strings.patterns().isEmpty() && strings.formats().isEmpty()) {
            return rules.string(strings.min(), strings.max());
        }
        TextAutomaton texts = of(strings, rules.work());
        return rules.terminal(Encoding.jsonStrings(texts, rules.work()));
    }
}
