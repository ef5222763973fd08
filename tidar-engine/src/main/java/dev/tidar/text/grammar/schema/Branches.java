package dev.tidar.text.grammar.schema;

import dev.tidar.text.grammar.rule.RuleSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes apart what applies to the same value: follows {@code $ref}, joins {@code allOf}, and makes a branch of each
 * choice of {@code anyOf} and {@code oneOf}. A branch is a conjunction whose own keywords remain to be looked at.
 */
final class Branches {

    private static final int MAX_BRANCHES = 512;
    private static final int MAX_TRAIL = 64;

    private final SchemaDocument document;
    private final Disjointness disjointness;
    private final RuleSet rules;

    Branches(SchemaDocument document, ShapeReader shapes, RuleSet rules) {
        this.document = document;
        this.disjointness = new Disjointness(this, shapes);
        this.rules = rules;
    }

    /** A place to be looked at, after those that led to it without leaving the value. */
    private record Pending(Place place, List<String> trail) {

        Pending next(Place target) {
            List<String> longer = new ArrayList<>(trail);
            longer.add(place.path());
            return new Pending(target, longer);
        }
    }

    /** What is known while a branch is put together. */
    private record Partial(List<Pending> pending, List<Place> done, List<List<Pending>> choices) {

        Partial with(Pending chosen) {
            List<Pending> next = new ArrayList<>(pending);
            next.add(chosen);
            return new Partial(next, new ArrayList<>(done), new ArrayList<>(choices));
        }
    }

    List<Conjunction> of(Conjunction conjunction) {
        List<Pending> pending = new ArrayList<>();
        conjunction.places().forEach(place -> pending.add(new Pending(place, List.of())));
        List<Conjunction> found = new ArrayList<>();
        expand(new Partial(pending, new ArrayList<>(), new ArrayList<>()), found);
        return found;
    }

    private void expand(Partial partial, List<Conjunction> found) {
        while (!partial.pending().isEmpty()) {
            Pending next = partial.pending().remove(0);
            if (!look(next, partial)) {
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

    /** Looks at one place; false if it allows nothing. */
    private boolean look(Pending pending, Partial partial) {
        Place place = pending.place();
        rules.work().spend(1_000);
        if (pending.trail().contains(place.path()) || pending.trail().size() > MAX_TRAIL) {
            throw place.unsupported("$ref", "it leads back to itself without an object or array in between");
        }
        if (place.node().isBoolean()) {
            return place.node().booleanValue();
        }
        if (partial.done().stream().anyMatch(done -> done.path().equals(place.path()))) {
            return true;
        }
        Keywords.check(place);
        partial.done().add(place);
        if (place.has("$ref")) {
            partial.pending().add(pending.next(document.target(place)));
        }
        if (place.has("allOf")) {
            place.schemas("allOf").forEach(part -> partial.pending().add(pending.next(part)));
        }
        if (place.has("anyOf")) {
            partial.choices().add(options(pending, "anyOf"));
        }
        if (place.has("oneOf")) {
            disjointness.require(place);
            partial.choices().add(options(pending, "oneOf"));
        }
        return true;
    }

    private static List<Pending> options(Pending pending, String keyword) {
        return pending.place().schemas(keyword).stream().map(pending::next).toList();
    }
}
