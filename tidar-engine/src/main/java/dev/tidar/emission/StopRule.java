package dev.tidar.emission;

import java.util.List;
import java.util.Set;

/**
 * What ends an answer besides its length.
 *
 * @param ids tokens that end it and do not show in its text; empty where they are ignored
 * @param strings texts that end it and do not show in its text
 * @param minTokens tokens before which no stop string is looked for; stop ids are banned until then, see
 *     {@link dev.tidar.sampling.BannedIds}
 */
public record StopRule(Set<Integer> ids, List<String> strings, int minTokens) {

    /** Nothing but its length ends the answer. */
    public static final StopRule NONE = new StopRule(Set.of(), List.of(), 0);

    public StopRule {
        ids = Set.copyOf(ids);
        strings = List.copyOf(strings);
    }
}
