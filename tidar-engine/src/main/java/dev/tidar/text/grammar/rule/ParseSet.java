package dev.tidar.text.grammar.rule;

import java.util.ArrayList;
import java.util.List;

/** The parses of one text, and whether the text can be complete. Filled by one thread, then only read. */
public final class ParseSet {

    private final List<Parse> parses = new ArrayList<>(4);
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
        if (parses.contains(parse)) {
            return;
        }
        if (parse.canContinue()) {
            parses.add(parse);
        }
        if (parse.isComplete()) {
            addAll(parse.stack().continuation());
        }
    }

    void addAll(ParseSet other) {
        accepting |= other.accepting;
        for (Parse parse : other.parses) {
            if (!parses.contains(parse)) {
                parses.add(parse);
            }
        }
    }
}
