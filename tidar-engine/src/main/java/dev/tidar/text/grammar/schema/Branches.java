package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.rule.RuleSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Resolves the keywords that apply other schemas to the same value: follows {@code $ref}, joins {@code allOf}, and
 * makes a branch of each choice of {@code anyOf} and {@code oneOf}. A branch is a conjunction in which only the other
 * keywords remain to be read.
 */
final class Branches {

    private static final int MAX_BRANCHES = 512;
    private static final int MAX_TRAIL = 64;

    private final SchemaDocument document;
    private final Disjointness disjointness;
    private final RuleSet rules;

    Branches(SchemaDocument document, ValueSetReader reader, RuleSet rules) {
        this.document = document;
        this.disjointness = new Disjointness(this, reader);
        this.rules = rules;
    }

    /** A schema that remains to be resolved, and the paths of the schemas of the same value that led to it. */
    private record Pending(SchemaNode schema, List<String> trail) {

        Pending next(SchemaNode target) {
            List<String> longer = new ArrayList<>(trail);
            longer.add(schema.path());
            return new Pending(target, longer);
        }
    }

    /** A branch in the making: schemas that remain to be resolved, resolved schemas, and choices not yet made. */
    private record Partial(List<Pending> pending, List<SchemaNode> done, List<List<Pending>> choices) {

        Partial with(Pending chosen) {
            List<Pending> next = new ArrayList<>(pending);
            next.add(chosen);
            return new Partial(next, new ArrayList<>(done), new ArrayList<>(choices));
        }
    }

    /**
     * The schema that a lone reference leads to, at the end of all references; any other conjunction is returned as it
     * is, as is a reference that leads back to itself, which {@link #of} rejects.
     */
    Conjunction referredTo(Conjunction conjunction) {
        Conjunction found = conjunction;
        for (int i = 0; i <= MAX_TRAIL; i++) {
            if (found.schemas().size() != 1 || !isReference(found.schemas().get(0))) {
                return found;
            }
            found = new Conjunction(List.of(document.target(found.schemas().get(0))));
        }
        return conjunction;
    }

    private static boolean isReference(SchemaNode schema) {
        return schema.has("$ref") && schema.node().size() == 1;
    }

    /** The branches of a conjunction: a value satisfies it if and only if it satisfies one of them. */
    List<Conjunction> of(Conjunction conjunction) {
        List<Pending> pending = new ArrayList<>();
        conjunction.schemas().forEach(schema -> pending.add(new Pending(schema, List.of())));
        List<Conjunction> found = new ArrayList<>();
        expand(new Partial(pending, new ArrayList<>(), new ArrayList<>()), found);
        return found;
    }

    private void expand(Partial partial, List<Conjunction> found) {
        while (!partial.pending().isEmpty()) {
            Pending next = partial.pending().remove(0);
            if (!resolve(next, partial)) {
                return;
            }
        }
        if (partial.choices().isEmpty()) {
            if (found.size() == MAX_BRANCHES) {
                throw partial.done().get(0).unsupported("anyOf", "all its combinations are more than " + MAX_BRANCHES);
            }
            found.add(Conjunction.of(partial.done()));
            return;
        }
        List<Pending> choice = partial.choices().remove(0);
        for (Pending option : choice) {
            expand(partial.with(option), found);
        }
    }

    /** Resolves one schema; false if it allows no value. */
    private boolean resolve(Pending pending, Partial partial) {
        SchemaNode schema = pending.schema();
        rules.work().spend(1_000);
        if (pending.trail().contains(schema.path()) || pending.trail().size() > MAX_TRAIL) {
            throw schema.unsupported("$ref", "it leads back to itself without an object or array in between");
        }
        if (schema.node().isBoolean()) {
            return schema.node().booleanValue();
        }
        if (partial.done().stream().anyMatch(done -> done.path().equals(schema.path()))) {
            return true;
        }
        Keywords.check(schema);
        partial.done().add(schema);
        if (schema.has("$ref")) {
            partial.pending().add(pending.next(document.target(schema)));
        }
        if (schema.has("allOf")) {
            schema.schemas("allOf").forEach(part -> partial.pending().add(pending.next(part)));
        }
        if (schema.has("anyOf")) {
            partial.choices().add(options(pending, "anyOf"));
        }
        if (schema.has("oneOf")) {
            disjointness.require(schema);
            partial.choices().add(options(pending, "oneOf"));
        }
        return true;
    }

    private static List<Pending> options(Pending pending, String keyword) {
        return pending.schema().schemas(keyword).stream().map(pending::next).toList();
    }
}
