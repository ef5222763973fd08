package dev.tidar.hub;

import java.util.Set;

/**
 * The files of a model at one commit.
 *
 * @param commit 40 hexadecimal digits
 * @param files paths in the repository, with {@code /}
 */
record Listing(String commit, Set<String> files) {
    Listing {
        files = Set.copyOf(files);
    }
}
