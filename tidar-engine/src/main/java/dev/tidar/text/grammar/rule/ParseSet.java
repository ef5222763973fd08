package dev.tidar.text.grammar.rule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The parses of one text, and whether the text can be complete. Filled by one thread, then only read. */
public final class ParseSet {

    /** Up to this size looking through the list takes less time than hashing. */
    private static final int FEW = 16;

    private final List<Parse> parses = new ArrayList<>(4);
    private Set<Parse> known = Set.of();
    private boolean accepting;

    /** The parses of the empty text under a rule. */
    public static ParseSet startOf(Rule root) {
        ParseSet closure = new ParseSet();
        root.enter(Frame.END, closure);
        return closure;
    }

    public List<Parse> parses() {
        return parses;
    }

    /** Whether the text can be complete. */
    public boolean isAccepting() {
        return accepting;
    }

    void accept() {
        accepting = true;
    }

    /** Adds a parse, and if its terminal can be complete, the parses that continue after it. */
    public void add(Parse parse) {
        if (contains(parse)) {
            return;
        }
        if (parse.canContinue()) {
            append(parse);
        }
        if (parse.isComplete()) {
            addAll(parse.stack().continuation());
        }
    }

    void addAll(ParseSet other) {
        accepting |= other.accepting;
        for (Parse parse : other.parses) {
            if (!contains(parse)) {
                append(parse);
            }
        }
    }

    private boolean contains(Parse parse) {
        return known.isEmpty() ? parses.contains(parse) : known.contains(parse);
    }

    private void append(Parse parse) {
        parses.add(parse);
        if (parses.size() == FEW) {
            known = new HashSet<>(parses);
        } else if (parses.size() > FEW) {
            known.add(parse);
        }
    }
}
