package dev.tidar.text.jinja.tree;

import dev.tidar.text.jinja.value.Arguments;
import dev.tidar.text.jinja.value.Budget;
import dev.tidar.text.jinja.value.Operators;
import dev.tidar.text.jinja.value.Sequence;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.jinja.value.Value;
import java.util.List;
import java.util.Optional;

/** The variable {@code loop} of a {@code for} loop. */
final class Loop implements Value.Members {

    private final List<Value> items;
    private int index;
    private Optional<List<Value>> lastChecked = Optional.empty();

    /** @param items the values that the loop visits */
    Loop(List<Value> items) {
        this.items = items;
    }

    /** Moves to the item at this index, counted from 0. */
    void moveTo(int place) {
        index = place;
    }

    @Override
    public String type() {
        return "loop";
    }

    @Override
    public Optional<Value> attribute(String name) {
        int size = items.size();
        return switch (name) {
            case "index" -> Optional.of(Value.of(index + 1));
            case "index0" -> Optional.of(Value.of(index));
            case "revindex" -> Optional.of(Value.of(size - index));
            case "revindex0" -> Optional.of(Value.of(size - index - 1));
            case "first" -> Optional.of(Value.of(index == 0));
            case "last" -> Optional.of(Value.of(index == size - 1));
            case "length" -> Optional.of(Value.of(size));
            // Only recursive loops get deeper, and the parser rejects those.
            case "depth" -> Optional.of(Value.of(1));
            case "depth0" -> Optional.of(Value.of(0));
            case "previtem" -> index > 0 ? Optional.of(items.get(index - 1)) : Optional.empty();
            case "nextitem" -> index < size - 1 ? Optional.of(items.get(index + 1)) : Optional.empty();
            case "cycle" -> Optional.of((Value.Callable) this::cycle);
            case "changed" -> Optional.of((Value.Callable) this::changed);
            default -> Optional.empty();
        };
    }

    private Value cycle(Arguments arguments, Budget budget) {
        List<Value> values = arguments.values();
        if (values.isEmpty()) {
            throw new TemplateException("loop.cycle must get at least 1 argument, but gets 0");
        }
        return values.get(index % values.size());
    }

    private Value changed(Arguments arguments, Budget budget) {
        List<Value> values = arguments.values();
        boolean same = lastChecked.isPresent()
                && Operators.equal(Sequence.list(lastChecked.get(), budget), Sequence.list(values, budget), budget);
        lastChecked = Optional.of(values);
        return Value.of(!same);
    }
}
