package dev.tidar.text.grammar.schema;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.text.grammar.automaton.Encoding;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import dev.tidar.text.grammar.rule.ChoiceRule;
import dev.tidar.text.grammar.rule.Member;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.RuleSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Compiles a schema to rules.
 *
 * <p>A value must satisfy a conjunction of schemas. One rule is made for each different conjunction, so a recursive
 * schema becomes recursive rules. References to one schema are that schema, wherever they stand.
 */
public final class SchemaCompiler {

    private static final int MAX_RULES = 5_000;

    private static final int STEPS_PER_MEMBER = 50;

    private final RuleSet rules;
    private final ValueSetReader reader;
    private final Branches branches;
    private final Map<Set<String>, ChoiceRule> known = new HashMap<>();
    private final Deque<Runnable> open = new ArrayDeque<>();

    private SchemaCompiler(SchemaDocument document, RuleSet rules) {
        this.rules = rules;
        this.reader = new ValueSetReader(rules.work());
        this.branches = new Branches(document, reader, rules);
    }

    /**
     * The rule of a value that satisfies a schema, with white space before it.
     *
     * @throws InvalidRequestException if the schema is malformed, unsupported or too large; the message names the
     *     location and the keyword
     */
    public static Rule compile(String schema, RuleSet rules) {
        SchemaDocument document = SchemaDocument.parse(schema);
        SchemaCompiler compiler = new SchemaCompiler(document, rules);
        Rule value = compiler.rule(new Conjunction(List.of(document.root())));
        while (!compiler.open.isEmpty()) {
            compiler.open.remove().run();
        }
        return rules.sequence(rules.space(), value);
    }

    private Rule rule(Conjunction referring) {
        Conjunction conjunction = branches.referredTo(referring);
        ChoiceRule rule = known.get(conjunction.key());
        if (rule == null) {
            if (known.size() == MAX_RULES) {
                throw conjunction
                        .schemas()
                        .get(0)
                        .unsupported("the number of different subschemas", "it is more than " + MAX_RULES);
            }
            ChoiceRule fresh = rules.deferredChoice();
            known.put(conjunction.key(), fresh);
            open.add(() -> fresh.define(choices(conjunction)));
            rule = fresh;
        }
        return rule;
    }

    private List<Rule> choices(Conjunction conjunction) {
        List<Rule> choices = new ArrayList<>();
        List<String> listed = new ArrayList<>();
        for (Conjunction branch : branches.of(conjunction)) {
            for (ValueSet set : reader.read(branch)) {
                if (set instanceof ValueSet.Enumerated values) {
                    values.values().forEach(value -> listed.add(SchemaDocument.write(value)));
                } else {
                    choices.add(rule(set));
                }
            }
        }
        if (!listed.isEmpty()) {
            choices.add(rules.terminal(Encoding.utf8(TextAutomaton.of(listed, rules.work()), rules.work())));
        }
        return choices;
    }

    private Rule rule(ValueSet set) {
        if (set instanceof ValueSet.Numbers numbers) {
            return rules.terminal(Encoding.utf8(NumberLanguage.of(numbers, rules.work()), rules.work()));
        }
        if (set instanceof ValueSet.Strings strings) {
            return StringLanguage.rule(strings, rules);
        }
        if (set instanceof ValueSet.Arrays arrays) {
            return array(arrays);
        }
        return object(((ValueSet.Objects) set).members());
    }

    private Rule array(ValueSet.Arrays arrays) {
        if (arrays.uniqueItems().isPresent() && arrays.max() > 1) {
            throw arrays.uniqueItems()
                    .get()
                    .unsupported("uniqueItems", "more than one element would have to be remembered");
        }
        rules.work().spend(arrays.min());
        List<Rule> prefix = arrays.prefix().stream().map(this::rule).toList();
        return rules.array(prefix, rule(arrays.items()), arrays.min(), arrays.max());
    }

    private Rule object(MembersReader members) {
        if (members.isImpossible()) {
            return rules.choice(List.of());
        }
        List<Member> declared = new ArrayList<>();
        for (String name : members.declared()) {
            String key = SchemaDocument.write(JsonNodeFactory.instance.stringNode(name));
            boolean required = members.required().contains(name);
            rules.work().spend(STEPS_PER_MEMBER);
            Rule keyAndColon = rules.sequence(rules.literal(key + ":"), rules.space());
            declared.add(new Member(keyAndColon, rule(members.valueOf(name)), required));
        }
        List<Member> additional = new ArrayList<>();
        for (MembersReader.Additional member : members.additional()) {
            Rule name = member.names()
                    .map(names -> rules.terminal(Encoding.jsonStrings(names, rules.work())))
                    .orElse(rules.string(0, Integer.MAX_VALUE));
            Rule key = rules.sequence(name, rules.colon());
            additional.add(new Member(key, rule(member.value()), false));
        }
        members.requireCountable(!additional.isEmpty());
        rules.work().spend((long) (declared.size() + 1) * (members.min() + 1) * 10);
        return rules.object(declared, additional, members.min(), members.max());
    }
}
