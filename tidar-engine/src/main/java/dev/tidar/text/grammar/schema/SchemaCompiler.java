package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.rule.DeferredRule;
import dev.tidar.text.grammar.rule.Member;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.RuleSet;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.automaton.Encoding;
import dev.tidar.text.grammar.automaton.TextAutomaton;
import java.nio.charset.StandardCharsets;
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
 * <p>What a value must satisfy is a conjunction of places in the schema. Each conjunction that is met becomes one rule,
 * made once, so a schema that contains itself ends as rules that contain themselves.
 */
public final class SchemaCompiler {

    private static final int MAX_RULES = 5_000;

    private final RuleSet rules;
    private final ShapeReader shapes;
    private final Branches branches;
    private final Map<Set<String>, DeferredRule> known = new HashMap<>();
    private final Deque<Runnable> open = new ArrayDeque<>();

    private SchemaCompiler(SchemaDocument document, RuleSet rules) {
        this.rules = rules;
        this.shapes = new ShapeReader(rules.work());
        this.branches = new Branches(document, shapes, rules);
    }

    /** The rule of a value that satisfies the schema, white space before it. */
    public static Rule compile(String schema, RuleSet rules) {
        SchemaDocument document = SchemaDocument.parse(schema);
        SchemaCompiler compiler = new SchemaCompiler(document, rules);
        Rule value = compiler.rule(new Conjunction(List.of(document.root())));
        while (!compiler.open.isEmpty()) {
            compiler.open.remove().run();
        }
        return rules.sequence(rules.space(), value);
    }

    private Rule rule(Conjunction conjunction) {
        DeferredRule rule = known.get(conjunction.key());
        if (rule == null) {
            if (known.size() == MAX_RULES) {
                throw conjunction.places().get(0).unsupported("a schema of so many parts", "more than " + MAX_RULES);
            }
            DeferredRule fresh = rules.deferred();
            known.put(conjunction.key(), fresh);
            open.add(() -> fresh.define(define(conjunction)));
            rule = fresh;
        }
        return rule;
    }

    private Rule define(Conjunction conjunction) {
        List<Rule> choices = new ArrayList<>();
        List<String> listed = new ArrayList<>();
        for (Conjunction branch : branches.of(conjunction)) {
            for (Shape shape : shapes.read(branch)) {
                if (shape instanceof Shape.Listed values) {
                    values.values().forEach(value -> listed.add(SchemaDocument.write(value)));
                } else {
                    choices.add(rule(shape));
                }
            }
        }
        if (!listed.isEmpty()) {
            choices.add(rules.terminal(Encoding.utf8(TextAutomaton.of(listed, rules.work()), rules.work())));
        }
        return rules.choice(choices);
    }

    private Rule rule(Shape shape) {
        if (shape instanceof Shape.Numbers numbers) {
            return rules.terminal(Encoding.utf8(NumberLanguage.of(numbers, rules.work()), rules.work()));
        }
        if (shape instanceof Shape.Strings strings) {
            return StringLanguage.rule(strings, rules);
        }
        if (shape instanceof Shape.Arrays arrays) {
            return array(arrays);
        }
        return object(((Shape.Objects) shape).members());
    }

    private Rule array(Shape.Arrays arrays) {
        if (arrays.distinct().isPresent() && arrays.max() > 1) {
            throw arrays.distinct()
                    .get()
                    .unsupported("uniqueItems", "more than one element would have to be remembered");
        }
        rules.work().spend(arrays.min());
        List<Rule> first = arrays.first().stream().map(this::rule).toList();
        return rules.array(first, rule(arrays.others()), arrays.min(), arrays.max());
    }

    private Rule object(MembersReader members) {
        if (members.isImpossible()) {
            return rules.choice(List.of());
        }
        List<Member> declared = new ArrayList<>();
        for (String name : members.declared()) {
            String key = SchemaDocument.write(JsonNodeFactory.instance.stringNode(name));
            boolean required = members.required().contains(name);
            Rule literal = rules.terminal(ByteAutomaton.of((key + ":").getBytes(StandardCharsets.UTF_8)));
            Rule keyAndColon = rules.sequence(literal, rules.space());
            declared.add(new Member(keyAndColon, rule(members.valueOf(name)), required));
        }
        List<Member> further = new ArrayList<>();
        for (MembersReader.Further member : members.further()) {
            Rule name = member.names()
                    .map(names -> rules.terminal(Encoding.jsonStrings(names, rules.work())))
                    .orElse(rules.string(0, Integer.MAX_VALUE));
            Rule key = rules.sequence(name, rules.colon());
            further.add(new Member(key, rule(member.value()), false));
        }
        members.requireCountable(!further.isEmpty());
        rules.work().spend((long) (declared.size() + 1) * (members.min() + 1) * 10);
        return rules.object(declared, further, members.min(), members.max());
    }
}
