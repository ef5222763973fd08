package dev.tidar.text.jinja;

import java.util.List;

/** What {@code map} and {@code select} give: like a Python generator true, without length, and spent once visited. */
final class Stream implements Value {

    private List<Value> rest;

    Stream(List<Value> items, Budget budget) {
        budget.spendElements(items.size());
        // Not a container of its own, but it must not smuggle depth past the check.
        Sequence.depthAround(items);
        this.rest = items;
    }

    @Override
    public String type() {
        return "generator";
    }

    @Override
    public List<Value> elements(Budget budget) {
        List<Value> items = rest;
        rest = List.of();
        return items;
    }
}
