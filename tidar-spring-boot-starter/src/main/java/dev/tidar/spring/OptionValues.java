package dev.tidar.spring;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options that are set among those that Spring AI has no field for. Immutable.
 *
 * @param set values by option, none of them null
 */
record OptionValues(Map<Option<?>, Object> set) {

    /**
     * Name of an option.
     *
     * @param <T> type of its value, which is immutable
     */
    @SuppressWarnings("UnusedTypeParameter") // get and with use it
    record Option<T>(String name) {}

    static final OptionValues NONE = new OptionValues(Map.of());

    OptionValues {
        set = Map.copyOf(set);
    }

    @SuppressWarnings("unchecked") // with(..) alone puts values in
    <T> @Nullable T get(Option<T> option) {
        return (T) set.get(option);
    }

    /** These values with another one in place; null is unset. */
    <T> OptionValues with(Option<T> option, @Nullable T value) {
        var values = new HashMap<>(set);
        if (value == null) {
            values.remove(option);
        } else {
            values.put(option, value);
        }
        return new OptionValues(values);
    }

    /** These values, and those of the others that are unset here. */
    OptionValues orElse(OptionValues others) {
        var values = new HashMap<>(others.set);
        values.putAll(set);
        return new OptionValues(values);
    }
}
