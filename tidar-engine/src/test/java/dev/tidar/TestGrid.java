package dev.tidar;

import java.util.Locale;

/**
 * How many of their cases the long tests run. The sample, which is the default, is the same in every run and contains
 * every value of every axis at least once; {@code -Dtidar.test.grid=full} runs all cases that CI has time for, and
 * {@code longest} all there are.
 */
public enum TestGrid {
    SAMPLE,
    FULL,
    LONGEST;

    private static final TestGrid CHOSEN =
            valueOf(System.getProperty("tidar.test.grid", "sample").toUpperCase(Locale.ROOT));

    /** Returns the size of an axis on the grid that this JVM runs. */
    public static int size(int sample, int full, int longest) {
        return switch (CHOSEN) {
            case SAMPLE -> sample;
            case FULL -> full;
            case LONGEST -> longest;
        };
    }

    /** Returns the size of an axis that CI has time for as a whole. */
    public static int size(int sample, int full) {
        return size(sample, full, full);
    }

    /** Returns the size of an axis that is too long for CI: the sample, but on the longest grid. */
    public static int sizeOfLongest(int sample, int longest) {
        return size(sample, sample, longest);
    }
}
