package dev.tidar.attack.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What became of the cases of one attack. Each was <em>served</em>, <em>rejected</em> by name (a typed error, a problem
 * detail, a start that ends with a reason), or <em>failed</em>: anything else, such as an abort, a hang or an untyped
 * error. Thread-safe.
 */
public final class Tally {

    private static final int FAILURES_KEPT = 120;
    private static final int LONGEST_FAILURE = 400;

    private int served;
    private int rejected;
    private int failed;
    private final List<String> failures = new ArrayList<>();
    private final List<String> figures = new ArrayList<>();

    public synchronized void served() {
        served++;
    }

    public synchronized void rejected() {
        rejected++;
    }

    /**
     * Counts a case that was neither served nor rejected by name.
     *
     * @param what which case, and what happened instead
     */
    public synchronized void failed(String what) {
        failed++;
        if (failures.size() < FAILURES_KEPT) {
            String line = what.replaceAll("\\p{Cntrl}+", " ");
            failures.add(line.length() > LONGEST_FAILURE ? line.substring(0, LONGEST_FAILURE) + "…" : line);
        }
    }

    /** Adds a line to the report: something measured, or cases that this machine cannot try, and why. */
    public synchronized void figure(String line) {
        figures.add(line);
    }

    /** Adds all that another tally has. */
    public void add(Tally other) {
        List<String> otherFailures = other.failures();
        List<String> otherFigures = other.figures();
        synchronized (this) {
            served += other.servedCount();
            rejected += other.rejectedCount();
            failed += other.failedCount();
            otherFailures.stream()
                    .limit(Math.max(0, FAILURES_KEPT - failures.size()))
                    .forEach(failures::add);
            figures.addAll(otherFigures);
        }
    }

    public synchronized int tried() {
        return served + rejected + failed;
    }

    public synchronized int servedCount() {
        return served;
    }

    public synchronized int rejectedCount() {
        return rejected;
    }

    public synchronized int failedCount() {
        return failed;
    }

    /** The first failures. */
    public synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    public synchronized List<String> figures() {
        return List.copyOf(figures);
    }

    @Override
    public synchronized String toString() {
        return String.format(
                Locale.ROOT,
                "%6d tried  %6d served  %6d rejected  %6d failed",
                served + rejected + failed,
                served,
                rejected,
                failed);
    }
}
