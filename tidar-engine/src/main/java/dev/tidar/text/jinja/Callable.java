package dev.tidar.text.jinja;

import java.util.List;

/** A function, a method bound to its value, or a macro. */
non-sealed interface Callable extends Value {

    Value call(Arguments arguments, Rendering rendering);

    @Override
    default String type() {
        return "function";
    }

    /** What a built-in does with arguments that match its parameters. */
    @FunctionalInterface
    interface Body {
        Value call(Arguments arguments, Rendering rendering);
    }

    /** A built-in with named parameters; its arguments come in that order. */
    static Callable of(String name, List<String> parameters, Body body) {
        return (arguments, rendering) -> body.call(arguments.bind(name, parameters), rendering);
    }
}
