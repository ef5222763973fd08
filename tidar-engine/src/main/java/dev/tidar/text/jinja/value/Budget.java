package dev.tidar.text.jinja.value;

/**
 * The work that one rendering may still do. Code that creates something charges the budget before it creates it.
 * Confined to one rendering.
 */
public final class Budget {

    /** Steps charged for one element: it takes a reference and a small value, while a character takes two bytes. */
    private static final int STEPS_PER_ELEMENT = 4;

    private final Limits limits;
    private long steps;
    private int depth;

    /**
     * The limits of one rendering. They bound time and memory: whatever a template does, it ends within them or fails.
     *
     * @param maxSteps units of work: one for each evaluated node and for each character of a string that is created,
     *     searched or compared, and several for each element of a list
     * @param maxOutputCharacters length of the rendered text in UTF-16 code units; the limit also applies to the text
     *     that a macro or a block renders
     * @param maxDepth nesting of nodes and macro calls
     */
    public record Limits(long maxSteps, int maxOutputCharacters, int maxDepth) {

        /**
         * Stops a runaway template within about a second, but leaves room for prompts of some hundred thousand
         * characters.
         */
        public static final Limits DEFAULT = new Limits(20_000_000, 1 << 22, 400);

        public Limits {
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

    public Budget(Limits limits) {
        this.limits = limits;
    }

    int maxOutputCharacters() {
        return limits.maxOutputCharacters();
    }

    /** Charges work, before it is done. */
    public void spend(long units) {
        steps += units;
        if (steps > limits.maxSteps()) {
            throw new TemplateException(
                    "rendering must take at most %d steps, but takes more".formatted(limits.maxSteps()));
        }
    }

    /** Charges a list or a dict with this number of elements. */
    public void spendElements(long count) {
        spend(Math.multiplyExact(STEPS_PER_ELEMENT, Math.min(count, limits.maxSteps())));
    }

    /**
     * Charges {@code count} copies of something of {@code size} units; large values cannot make the product overflow.
     */
    void spendProduct(long size, long count) {
        long max = limits.maxSteps() + 1;
        boolean over = size > 0 && count > max / size;
        spend(over ? max : size * count);
    }

    /** Charges the worst case of a plain search. */
    void spendSearch(int haystack, int needle) {
        long starts = Math.max(1, haystack - needle + 1);
        spendProduct(starts, 1 + needle / 16);
    }

    public void enter() {
        if (depth >= limits.maxDepth()) {
            throw new TemplateException(
                    "nodes and macro calls must nest at most %d deep, but nest deeper".formatted(limits.maxDepth()));
        }
        depth++;
    }

    public void leave() {
        depth--;
    }
}
