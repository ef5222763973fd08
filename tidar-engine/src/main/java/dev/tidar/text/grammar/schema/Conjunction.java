package dev.tidar.text.grammar.schema;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Schemas that a value must satisfy together, in their order; none of them allows any value. */
record Conjunction(List<Place> places) {

    Conjunction {
        places = List.copyOf(places);
    }

    /** These places, each once. */
    static Conjunction of(Collection<Place> places) {
        Map<String, Place> byPath = new LinkedHashMap<>();
        places.forEach(place -> byPath.putIfAbsent(place.path(), place));
        return new Conjunction(List.copyOf(byPath.values()));
    }

    /** What tells conjunctions apart. */
    Set<String> key() {
        return places.stream().map(Place::path).collect(Collectors.toSet());
    }

    boolean isNever() {
        return places.stream()
                .anyMatch(place -> place.node().isBoolean() && !place.node().booleanValue());
    }
}
