package dev.tidar.text.jinja.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments of one call.
 *
 * @param owner name of the function, filter or test, for messages
 * @param positional the values in order; an entry is empty where a named parameter was left out
 * @param named the values by name; empty once they are bound to parameters
 */
public record Arguments(String owner, List<Optional<Value>> positional, Map<String, Value> named) {

    public static Arguments of(List<Value> positional, Map<String, Value> named) {
        return new Arguments("function", positional.stream().map(Optional::of).toList(), named);
    }

    /** Returns the same arguments in the order of these parameters; rejects arguments that do not match them. */
    public Arguments bind(String callee, List<String> parameters) {
        if (positional.size() > parameters.size()) {
            throw new TemplateException("%s must get at most %d arguments, but gets %d"
                    .formatted(callee, parameters.size(), positional.size()));
        }
        List<Optional<Value>> bound = new ArrayList<>(positional);
        while (bound.size() < parameters.size()) {
            bound.add(Optional.empty());
        }
        named.forEach((name, value) -> {
            int place = parameters.indexOf(name);
            if (place < 0 || bound.get(place).isPresent()) {
                throw new TemplateException("%s has no free parameter '%s'".formatted(callee, name));
            }
            bound.set(place, Optional.of(value));
        });
        return new Arguments(callee, bound, Map.of());
    }

    public int count() {
        return positional.size();
    }

    public Optional<Value> find(int place) {
        return place < positional.size() ? positional.get(place) : Optional.empty();
    }

    public Value get(int place) {
        return find(place).orElseThrow(() -> new TemplateException("%s lacks argument %d".formatted(owner, place + 1)));
    }

    public Value get(int place, Value otherwise) {
        return find(place).orElse(otherwise);
    }

    public String text(int place) {
        if (get(place) instanceof Text text) {
            return text.value();
        }
        throw wrong(place, "a string");
    }

    public String text(int place, String otherwise) {
        return find(place).isPresent() ? text(place) : otherwise;
    }

    public boolean flag(int place, boolean otherwise) {
        return find(place).map(Value::truth).orElse(otherwise);
    }

    public long integer(int place) {
        Value value = get(place);
        return Numbers.integer(value).orElseThrow(() -> wrong(place, "an integer"));
    }

    public long integer(int place, long otherwise) {
        return find(place).isPresent() ? integer(place) : otherwise;
    }

    /** Returns all arguments in order, for functions without named parameters. */
    public List<Value> values() {
        if (!named.isEmpty()) {
            throw new TemplateException(owner + " takes no named arguments");
        }
        return positional.stream().flatMap(Optional::stream).toList();
    }

    /** Returns the arguments after the first {@code first} ones. */
    public Arguments after(int first) {
        return new Arguments(owner, positional.subList(Math.min(first, positional.size()), positional.size()), named);
    }

    public TemplateException wrong(int place, String wanted) {
        return new TemplateException("argument %d of %s must be %s, but is a %s"
                .formatted(place + 1, owner, wanted, get(place).type()));
    }
}
