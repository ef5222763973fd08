package dev.tidar.text.jinja.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Indexes, slices and dotted paths, with Python's negative numbers. */
public final class Subscripts {

    private Subscripts() {}

    /**
     * Returns the place that an index stands for among {@code size} items; empty if it is out of range or not an
     * integer.
     */
    static Optional<Integer> index(Value key, int size) {
        return Numbers.integer(key)
                .map(i -> i < 0 ? i + size : i)
                .filter(i -> i >= 0 && i < size)
                .map(Long::intValue);
    }

    /** Returns the value of {@code subject.name}; undefined if it is missing. */
    public static Value attribute(Value subject, String name) {
        return subject.attribute(name)
                .orElseGet(() -> new Value.Undefined("'%s' of a %s".formatted(name, subject.type())));
    }

    /** Returns the value of {@code subject[key]}; undefined if it is missing. */
    public static Value item(Value subject, Value key, Budget budget) {
        return subject.item(key, budget)
                .orElseGet(() -> new Value.Undefined("an item of a %s".formatted(subject.type())));
    }

    /** Follows a path of names and indexes, such as {@code function.name} or {@code items.0}. */
    public static Value path(Value subject, Value path, Budget budget) {
        if (!(path instanceof Text text)) {
            return item(subject, path, budget);
        }
        budget.spend(text.value().length());
        Value at = subject;
        for (String part : text.value().split("\\.", -1)) {
            boolean number =
                    !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            at = item(at, number ? Value.of(Long.parseLong(part)) : Value.of(part), budget);
        }
        return at;
    }

    /**
     * Returns the part of a string, list or tuple between two bounds.
     *
     * @param bounds start, stop and step; empty for Python's default
     */
    public static Value slice(Value subject, List<Optional<Long>> bounds, Budget budget) {
        if (subject instanceof Value.Undefined undefined) {
            throw undefined.missing();
        }
        if (subject instanceof Text text) {
            return sliceText(text, bounds, budget);
        }
        if (subject instanceof Sequence sequence && sequence.isIndexed()) {
            List<Value> items = new ArrayList<>();
            visit(sequence.items().size(), bounds, i -> {
                budget.spend(1);
                items.add(sequence.items().get(i));
            });
            return Sequence.of(sequence.kind(), items, budget);
        }
        return new Value.Undefined("a slice of a " + subject.type());
    }

    private static Value sliceText(Text text, List<Optional<Long>> bounds, Budget budget) {
        budget.spend(text.value().length());
        int[] codePoints = text.value().codePoints().toArray();
        Output out = new Output(budget);
        visit(codePoints.length, bounds, i -> out.appendCodePoint(codePoints[i]));
        return out.toValue();
    }

    /** Visits the indexes of a slice in order. */
    private static void visit(int size, List<Optional<Long>> bounds, IntConsumer visitor) {
        long step = bounds.get(2).orElse(1L);
        if (step == 0) {
            throw new TemplateException("the step of a slice must not be zero");
        }
        boolean forward = step > 0;
        long lowest = forward ? 0 : -1;
        long highest = forward ? size : size - 1;
        long start = bounds.get(0).map(b -> clamp(b, size, lowest, highest)).orElse(forward ? lowest : highest);
        long stop = bounds.get(1).map(b -> clamp(b, size, lowest, highest)).orElse(forward ? highest : lowest);
        // A step beyond the size visits one item, however large it is.
        long stride = Math.max(-size - 1L, Math.min(size + 1L, step));
        for (long i = start; forward ? i < stop : i > stop; i += stride) {
            visitor.accept((int) i);
        }
    }

    private static long clamp(long bound, int size, long lowest, long highest) {
        long fromStart = bound < 0 ? bound + size : bound;
        return Math.max(lowest, Math.min(highest, fromStart));
    }
}
