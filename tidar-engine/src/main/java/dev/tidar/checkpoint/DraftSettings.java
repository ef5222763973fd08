package dev.tidar.checkpoint;

import java.util.Optional;

/**
 * How a model drafts, and why.
 *
 * @param tidar mask token and block; empty for a model that only decodes autoregressively
 * @param origin where the two come from, or what was looked for, as the end of a sentence
 */
record DraftSettings(Optional<TidarConfig> tidar, String origin) {

    static DraftSettings none(String lookedFor) {
        return new DraftSettings(Optional.empty(), "no mask token: looked for " + lookedFor);
    }
}
