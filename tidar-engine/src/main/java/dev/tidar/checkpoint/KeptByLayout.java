package dev.tidar.checkpoint;

import dev.tidar.json.JsonFields;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Kept counts that were measured with a checkpoint, in the mean of many steps, each by draft length: where they are
 * missing, nothing is known. From {@code kept_by_layout} of {@code config.json}, an object of layouts, each an object
 * of numbers by draft length; layouts and draft lengths that no step can have are left out.
 *
 * @param singlePass of single-pass steps with full groups for all outcomes, in [1, draft length]
 * @param shortGroups of single-pass steps with short groups for all outcomes, in [1, draft length]
 * @param twoPass of two-pass cycles, of two forwards each, in [1, draft length]
 */
public record KeptByLayout(
        SortedMap<Integer, Double> singlePass,
        SortedMap<Integer, Double> shortGroups,
        SortedMap<Integer, Double> twoPass) {

    /** Nothing was measured. */
    public static final KeptByLayout NONE = new KeptByLayout(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    private static final String KEY = "kept_by_layout";
    private static final Pattern DRAFT_LENGTH = Pattern.compile("0|[1-9][0-9]{0,8}");

    public KeptByLayout {
        singlePass = Collections.unmodifiableSortedMap(new TreeMap<>(singlePass));
        shortGroups = Collections.unmodifiableSortedMap(new TreeMap<>(shortGroups));
        twoPass = Collections.unmodifiableSortedMap(new TreeMap<>(twoPass));
    }

    /** The kept counts of a file; empty if it lists none. */
    static Optional<KeptByLayout> read(JsonFields config) {
        return config.object(KEY)
                .map(layouts -> new KeptByLayout(
                        counts(layouts, "single_pass"), counts(layouts, "short_groups"), counts(layouts, "two_pass")));
    }

    private static SortedMap<Integer, Double> counts(JsonFields layouts, String layout) {
        SortedMap<Integer, Double> counts = new TreeMap<>();
        Optional<JsonFields> lengths = layouts.object(layout);
        for (String length : lengths.map(JsonFields::names).orElseGet(List::of)) {
            JsonFields fields = lengths.orElseThrow();
            if (!DRAFT_LENGTH.matcher(length).matches()) {
                throw fields.errors()
                        .wrong("%s must have draft lengths as keys, but has %s", KEY + "." + layout, length);
            }
            int k = Integer.parseInt(length);
            fields.number(length).ifPresent(kept -> {
                if (kept < 1 || kept > k) {
                    throw fields.errors()
                            .wrong(
                                    "%s must be a kept count from 1 to its draft length %d, but is %s",
                                    fields.prefix() + length, k, fields.shown(length));
                }
                if (k >= TidarConfig.MIN_BLOCK_SIZE && k <= TidarConfig.MAX_BLOCK_SIZE) {
                    counts.put(k, kept);
                }
            });
        }
        return counts;
    }
}
