package dev.tidar.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The arguments of one call.
 *
 * @param owner what is called, for messages
 * @param positional by place; empty where a named parameter was left out
 * @param named by name; empty once bound to parameters
 */
record Arguments(String owner, List<Optional<Value>> positional, Map<String, Value> named) {

    static Arguments of(List<Value> positional, Map<String, Value> named) {
        return new Arguments("function", positional.stream().map(Optional::of).toList(), named);
    }

    static Arguments none() {
        return of(List.of(), Map.of());
    }

    /** The same arguments by place, refused where they do not fit the parameters. */
    Arguments bind(String callee, List<String> parameters) {
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

    int count() {
        return positional.size();
    }

    Optional<Value> find(int place) {
        return place < positional.size() ? positional.get(place) : Optional.empty();
    }

    Value get(int place) {
        return find(place).orElseThrow(() -> new TemplateException("%s lacks argument %d".formatted(owner, place + 1)));
    }

    Value get(int place, Value otherwise) {
        return find(place).orElse(otherwise);
    }

    String text(int place) {
        if (get(place) instanceof Text text) {
            return text.value();
        }
        throw wrong(place, "a string");
    }

    String text(int place, String otherwise) {
        return find(place).isPresent() ? text(place) : otherwise;
    }

    boolean flag(int place, boolean otherwise) {
        return find(place).map(Value::truth).orElse(otherwise);
    }

    long integer(int place) {
        Value value = get(place);
        return Numbers.integer(value).orElseThrow(() -> wrong(place, "an integer"));
    }

    long integer(int place, long otherwise) {
        return find(place).isPresent() ? integer(place) : otherwise;
    }

    /** All arguments by place; for callees without named parameters. */
    List<Value> values() {
        if (!named.isEmpty()) {
            throw new TemplateException(owner + " takes no named arguments");
        }
        return positional.stream().flatMap(Optional::stream).toList();
    }

    /** The arguments after the first ones. */
    Arguments after(int first) {
        return new Arguments(owner, positional.subList(Math.min(first, positional.size()), positional.size()), named);
    }

    TemplateException wrong(int place, String wanted) {
        return new TemplateException("argument %d of %s must be %s, but is a %s"
                .formatted(place + 1, owner, wanted, get(place).type()));
    }
}
