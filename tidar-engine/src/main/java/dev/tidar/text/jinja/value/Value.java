package dev.tidar.text.jinja.value;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A template value that behaves as in Python, of one of a closed set of kinds. Immutable, except
 * {@link Sequence.Generator} and {@link Members}. Each kind overrides the operations that it supports and rejects the
 * others, as Python does.
 */
public sealed interface Value
        permits Value.None,
                Value.Undefined,
                Value.Bool,
                Value.Int,
                Value.Real,
                Value.Members,
                Value.Callable,
                Text,
                Sequence,
                Sequence.Generator,
                Dict {
    /** Maximum nesting of containers, so that no traversal of a value can exhaust the stack. */
    int MAX_DEPTH = 100;

    /** Returns the name of the kind for messages; it is Python's own name where Python has one. */
    String type();

    default boolean truth() {
        return true;
    }

    /** Returns Python's {@code str} of this value. */
    default void print(Output out) {
        repr(out);
    }

    /** Returns Python's {@code repr} of this value, which differs from {@link #print} for strings only. */
    default void repr(Output out) {
        throw new TemplateException("a " + type() + " cannot be printed");
    }

    /** Returns how deeply containers nest in this value, itself included; 0 for a scalar. */
    default int depth() {
        return 0;
    }

    /** Returns the values that a loop over this value visits. */
    default List<Value> elements(Budget budget) {
        throw new TemplateException("a " + type() + " cannot be iterated over");
    }

    /** Returns Python's {@code len}; empty for a value without a length. */
    default OptionalInt length() {
        return OptionalInt.empty();
    }

    /** Returns a method or a property, from the closed table of this kind. */
    default Optional<Value> attribute(String name) {
        return Optional.empty();
    }

    /** Returns the value of a subscript in square brackets. */
    default Optional<Value> item(Value key, Budget budget) {
        return Optional.empty();
    }

    /**
     * Returns the key of this value in a dict. Two keys are equal exactly if the values are the same key in a Python
     * dict.
     */
    default Object key() {
        throw new TemplateException("a " + type() + " cannot be a key");
    }

    static Value of(boolean truth) {
        return truth ? Bool.TRUE : Bool.FALSE;
    }

    static Value of(long number) {
        return new Int(number);
    }

    static Value of(double number) {
        return new Real(number);
    }

    static Value of(String text) {
        return new Text(text);
    }

    /** Returns Python's {@code str} of a value. */
    static String text(Value value, Budget budget) {
        if (value instanceof Text text) {
            return text.value();
        }
        Output out = new Output(budget);
        value.print(out);
        return out.toString();
    }

    /** Python's {@code None}. */
    record None() implements Value {

        /**
         * The only instance. It is not a constant of {@link Value}, whose initialisation would wait for its own kinds.
         */
        public static final Value VALUE = new None();

        @Override
        public String type() {
            return "None";
        }

        @Override
        public boolean truth() {
            return false;
        }

        @Override
        public void repr(Output out) {
            out.append("None");
        }

        @Override
        public Object key() {
            return this;
        }
    }

    /**
     * The value of a missing name, key or index. It prints as nothing, is false and empty, and rejects every other
     * operation.
     *
     * @param what the missing item, as the template names it
     */
    record Undefined(String what) implements Value {
        @Override
        public String type() {
            return "undefined value";
        }

        @Override
        public boolean truth() {
            return false;
        }

        @Override
        public void print(Output out) {}

        @Override
        public void repr(Output out) {
            out.append("Undefined");
        }

        @Override
        public List<Value> elements(Budget budget) {
            return List.of();
        }

        @Override
        public OptionalInt length() {
            return OptionalInt.of(0);
        }

        @Override
        public Optional<Value> attribute(String name) {
            throw missing();
        }

        @Override
        public Optional<Value> item(Value key, Budget budget) {
            throw missing();
        }

        public TemplateException missing() {
            return new TemplateException(what + " is undefined");
        }
    }

    /** True or False. */
    record Bool(boolean value) implements Value {

        public static final Value TRUE = new Bool(true);
        public static final Value FALSE = new Bool(false);

        @Override
        public String type() {
            return "bool";
        }

        @Override
        public boolean truth() {
            return value;
        }

        @Override
        public void repr(Output out) {
            out.append(value ? "True" : "False");
        }

        @Override
        public Object key() {
            return value ? 1L : 0L;
        }
    }

    /** An integer of 64 bits. */
    record Int(long value) implements Value {
        @Override
        public String type() {
            return "int";
        }

        @Override
        public boolean truth() {
            return value != 0;
        }

        @Override
        public void repr(Output out) {
            out.append(Long.toString(value));
        }

        @Override
        public Object key() {
            return value;
        }
    }

    /** A floating-point number. */
    record Real(double value) implements Value {
        @Override
        public String type() {
            return "float";
        }

        @Override
        public boolean truth() {
            return value != 0;
        }

        @Override
        public void repr(Output out) {
            out.append(Numbers.shortest(value));
        }

        @Override
        public Object key() {
            boolean whole = value == Math.rint(value) && Math.abs(value) < 0x1p63;
            return whole ? (Object) (long) value : (Object) value;
        }
    }

    /** A value that has named members and nothing else, such as {@code loop}. */
    non-sealed interface Members extends Value {

        @Override
        default Optional<Value> item(Value key, Budget budget) {
            return key instanceof Text name ? attribute(name.value()) : Optional.empty();
        }
    }

    /** A function, a method bound to its value, or a macro. */
    @FunctionalInterface
    non-sealed interface Callable extends Value {

        Value call(Arguments arguments, Budget budget);

        @Override
        default String type() {
            return "function";
        }

        /** A built-in function with named parameters; it receives its arguments in the order of the parameters. */
        static Callable of(String name, List<String> parameters, Callable body) {
            return (arguments, budget) -> body.call(arguments.bind(name, parameters), budget);
        }
    }
}
