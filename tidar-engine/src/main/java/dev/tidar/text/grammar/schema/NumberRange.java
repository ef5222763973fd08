package dev.tidar.text.grammar.schema;

import java.math.BigDecimal;
import java.util.Optional;

/** An interval of numbers, open or closed at each end, or unbounded. */
record NumberRange(Optional<Bound> low, Optional<Bound> high) {

    static final NumberRange ALL = new NumberRange(Optional.empty(), Optional.empty());

    /** @param strict whether the value itself is outside the range */
    record Bound(BigDecimal value, boolean strict) {}

    NumberRange from(BigDecimal value, boolean strict) {
        boolean tighter = low.map(bound -> tighter(value.compareTo(bound.value()), strict, bound))
                .orElse(true);
        return tighter ? new NumberRange(Optional.of(new Bound(value, strict)), high) : this;
    }

    NumberRange to(BigDecimal value, boolean strict) {
        boolean tighter = high.map(bound -> tighter(bound.value().compareTo(value), strict, bound))
                .orElse(true);
        return tighter ? new NumberRange(low, Optional.of(new Bound(value, strict))) : this;
    }

    private static boolean tighter(int compared, boolean strict, Bound bound) {
        return compared > 0 || compared == 0 && strict && !bound.strict();
    }

    boolean contains(BigDecimal value) {
        return low.map(bound -> value.compareTo(bound.value()) >= (bound.strict() ? 1 : 0))
                        .orElse(true)
                && high.map(bound -> value.compareTo(bound.value()) <= (bound.strict() ? -1 : 0))
                        .orElse(true);
    }

    boolean isDisjoint(NumberRange other) {
        return isBelow(other) || other.isBelow(this);
    }

    private boolean isBelow(NumberRange other) {
        if (high.isEmpty() || other.low.isEmpty()) {
            return false;
        }
        int compared = high.get().value().compareTo(other.low.get().value());
        return compared < 0
                || compared == 0 && (high.get().strict() || other.low.get().strict());
    }
}
