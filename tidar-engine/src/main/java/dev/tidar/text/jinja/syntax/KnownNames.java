package dev.tidar.text.jinja.syntax;

import dev.tidar.text.jinja.library.Functions;
import dev.tidar.text.jinja.value.TemplateException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The names that a template assigns and calls. A template can call what it defines itself, and the built-in functions.
 */
final class KnownNames {

    private final Set<String> assigned = new HashSet<>();
    private final Set<String> read = new HashSet<>();
    private final List<Token> called = new ArrayList<>();
    private int callerUses;

    void assigned(String name) {
        assigned.add(name);
    }

    void used(Token name, boolean isCalled) {
        read.add(name.text());
        callerUses += name.text().equals("caller") ? 1 : 0;
        if (isCalled) {
            called.add(name);
        }
    }

    /** Returns the names that are read, whether the template assigns them or not. */
    Set<String> read() {
        return Set.copyOf(read);
    }

    /** Returns how often {@code caller} has been read so far. */
    int callerUses() {
        return callerUses;
    }

    /** Rejects the first call of a function that cannot exist. */
    void requireCallable() {
        for (Token name : called) {
            boolean exists = Functions.exists(name.text())
                    || assigned.contains(name.text())
                    || name.text().equals("caller");
            if (!exists) {
                throw new TemplateException(name.position(), "unknown function '%s'".formatted(name.text()));
            }
        }
    }
}
