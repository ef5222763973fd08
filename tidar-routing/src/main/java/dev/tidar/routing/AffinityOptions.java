package dev.tidar.routing;

/**
 * How prompts belong to nodes by their beginnings.
 *
 * @param maxChars characters of the beginning that count at most
 * @param blockChars the beginning is cut to a multiple of this many characters; shorter prompts belong to no node
 * @param loadBound a node with more than this many times its share of the requests is passed over
 */
public record AffinityOptions(int maxChars, int blockChars, double loadBound) {

    public AffinityOptions {
        require("block-chars must be at least 1", blockChars, blockChars >= 1);
        require("max-chars must be at least block-chars", maxChars, maxChars >= blockChars);
        require("load-bound must be at least 1", loadBound, loadBound >= 1 && loadBound <= 1000);
    }

    private static void require(String rule, Object value, boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("tidar.routing.prefix.%s, but is %s".formatted(rule, value));
        }
    }
}
