package dev.tidar;

import java.util.Locale;

/**
 * How many of their cases the long tests run: {@code -Dtidar.test.grid=full} runs all of them. The sample, which is the
 * default, is the same in every run and contains every value of every axis at least once.
 */
public enum TestGrid {
    SAMPLE,
    FULL;

    private static final TestGrid CHOSEN =
            valueOf(System.getProperty("tidar.test.grid", "sample").toUpperCase(Locale.ROOT));

    /** Returns the size of an axis on the grid that this JVM runs. */
    public static int size(int sample, int full) {
        return CHOSEN == FULL ? full : sample;
    }
}
