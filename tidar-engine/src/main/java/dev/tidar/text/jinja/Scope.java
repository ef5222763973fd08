package dev.tidar.text.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names and their values; what is not here is looked for in the scope around it. */
final class Scope {

    private final Map<String, Value> values = new HashMap<>();
    private final Optional<Scope> around;

    private Scope(Optional<Scope> around) {
        this.around = around;
    }

    static Scope outermost(Map<String, Value> values) {
        Scope scope = new Scope(Optional.empty());
        scope.values.putAll(values);
        return scope;
    }

    Scope inner() {
        return new Scope(Optional.of(this));
    }

    void set(String name, Value value) {
        values.put(name, value);
    }

    Optional<Value> find(String name) {
        for (Optional<Scope> at = Optional.of(this); at.isPresent(); at = at.get().around) {
            Value value = at.get().values.get(name);
            if (value != null) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }
}
