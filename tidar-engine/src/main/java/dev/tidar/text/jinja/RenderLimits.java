package dev.tidar.text.jinja;

/**
 * Bounds of one rendering. They bound time and memory: whatever a template does, it ends within them or is refused.
 *
 * @param maxSteps units of work: one for each evaluated node and each character of a string that is made, looked
 *     through or compared, several for each element of a list
 * @param maxOutputCharacters length of the rendered text, in UTF-16 code units; also of what a macro or a block renders
 * @param maxDepth nodes and macro calls inside each other
 */
public record RenderLimits(long maxSteps, int maxOutputCharacters, int maxDepth) {

    /** Ends a runaway template within about a second; room for prompts of some hundred thousand characters. */
    public static final RenderLimits DEFAULT = new RenderLimits(20_000_000, 1 << 22, 400);

    public RenderLimits {
        requirePositive("max steps", maxSteps);
        requirePositive("max output characters", maxOutputCharacters);
        requirePositive("max depth", maxDepth);
        if (maxDepth > 1000) {
            throw new IllegalArgumentException("max depth must be at most 1000, but is " + maxDepth);
        }
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s must be positive, but is %d".formatted(name, value));
        }
    }
}
