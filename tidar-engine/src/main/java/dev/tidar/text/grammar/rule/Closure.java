package dev.tidar.text.grammar.rule;

import java.util.ArrayList;
import java.util.List;

/** The places at which a text can be at once, and whether it can be complete. Filled by one thread, then only read. */
public final class Closure {

    private final List<Spot> spots = new ArrayList<>(4);
    private boolean accepting;

    /** The parses of the empty text under a rule. */
    public static Closure startOf(Rule root) {
        Closure closure = new Closure();
        root.enter(Frame.END, closure);
        return closure;
    }

    public List<Spot> spots() {
        return spots;
    }

    public boolean isAccepting() {
        return accepting;
    }

    void accept() {
        accepting = true;
    }

    /** Adds a spot; if its terminal may be complete there, also what comes after. */
    public void add(Spot spot) {
        if (spots.contains(spot)) {
            return;
        }
        if (spot.goesOn()) {
            spots.add(spot);
        }
        if (spot.isComplete()) {
            addAll(spot.after().continuation());
        }
    }

    private void addAll(Closure other) {
        accepting |= other.accepting;
        for (Spot spot : other.spots) {
            if (!spots.contains(spot)) {
                spots.add(spot);
            }
        }
    }
}
