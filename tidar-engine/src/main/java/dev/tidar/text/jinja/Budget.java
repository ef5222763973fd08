package dev.tidar.text.jinja;

/** What one rendering may still spend. Whoever makes something pays before it is made. Confined to one rendering. */
final class Budget {

    /** Steps for one element: a reference and a small value, where a character is two bytes. */
    private static final int STEPS_PER_ELEMENT = 4;

    private final RenderLimits limits;
    private long steps;
    private int depth;

    Budget(RenderLimits limits) {
        this.limits = limits;
    }

    int maxOutputCharacters() {
        return limits.maxOutputCharacters();
    }

    /** Pays for work, before it is done. */
    void spend(long units) {
        steps += units;
        if (steps > limits.maxSteps()) {
            throw new TemplateException(
                    "rendering must take at most %d steps, but takes more".formatted(limits.maxSteps()));
        }
    }

    /** Pays for a list or a dict of so many elements. */
    void spendElements(long count) {
        spend(Math.multiplyExact(STEPS_PER_ELEMENT, Math.min(count, limits.maxSteps())));
    }

    /** Pays for {@code count} copies of something of {@code size} units; neither may overflow. */
    void spendProduct(long size, long count) {
        long max = limits.maxSteps() + 1;
        boolean over = size > 0 && count > max / size;
        spend(over ? max : size * count);
    }

    /** Pays for looking for a needle, in the worst case of a plain search. */
    void spendSearch(int haystack, int needle) {
        long starts = Math.max(1, haystack - needle + 1);
        spendProduct(starts, 1 + needle / 16);
    }

    void enter() {
        if (depth >= limits.maxDepth()) {
            throw new TemplateException(
                    "nodes and macro calls must nest at most %d deep, but nest deeper".formatted(limits.maxDepth()));
        }
        depth++;
    }

    void leave() {
        depth--;
    }
}
