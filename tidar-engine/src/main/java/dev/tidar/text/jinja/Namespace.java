package dev.tidar.text.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The one thing that a template can change: what {@code namespace(...)} makes and {@code set ns.name} assigns. */
final class Namespace implements Value {

    private final Map<String, Value> values;

    Namespace(Map<String, Value> values) {
        this.values = new HashMap<>(values);
    }

    void set(String name, Value value) {
        values.put(name, value);
    }

    @Override
    public String type() {
        return "namespace";
    }

    @Override
    public Optional<Value> attribute(String name) {
        return Optional.ofNullable(values.get(name));
    }

    @Override
    public Optional<Value> item(Value key, Budget budget) {
        return key instanceof Text name ? attribute(name.value()) : Optional.empty();
    }
}
