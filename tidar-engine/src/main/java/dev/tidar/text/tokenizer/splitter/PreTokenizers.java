package dev.tidar.text.tokenizer.splitter;

import dev.tidar.text.tokenizer.part.Part;
import dev.tidar.text.tokenizer.splitter.Split.Delimiters;
import java.util.ArrayList;
import java.util.List;

/** Reads the pre-tokenizer of a tokenizer.json. What it does not know is rejected by name. */
public final class PreTokenizers {

    private final List<Splitter> steps = new ArrayList<>();
    private boolean byteLevel;

    /**
     * A pre-tokenizer.
     *
     * @param splitter splits text into words
     * @param byteLevel whether the vocabulary consists of characters that stand for bytes
     */
    public record PreTokenizer(Splitter splitter, boolean byteLevel) {}

    private PreTokenizers() {}

    /**
     * Returns the pre-tokenizer that a part asks for; one that makes a single word of each text if the part is absent.
     *
     * @throws dev.tidar.api.InvalidModelException if a step is damaged or unsupported
     */
    public static PreTokenizer read(Part part) {
        PreTokenizers read = new PreTokenizers();
        part.steps("pretokenizers").forEach(read::add);
        return new PreTokenizer(chain(read.steps), read.byteLevel);
    }

    private void add(Part part) {
        if (byteLevel) {
            throw part.unsupported("must not follow ByteLevel, but is %s", part.type());
        }
        switch (part.type()) {
            case "ByteLevel" -> addByteLevel(part);
            case "Digits" -> steps.add(digits(part));
            case "Metaspace" -> steps.add(Metaspace.of(part));
            case "Split" -> steps.add(split(part));
            default ->
                throw part.unsupported(
                        "must be ByteLevel, Digits, Metaspace, Split or a Sequence of them, but is %s",
                        part.node().path("type"));
        }
    }

    private void addByteLevel(Part part) {
        byteLevel = true;
        if (part.flag("add_prefix_space", true)) {
            steps.add(new LeadingSpace());
        }
        if (part.flag("use_regex", true)) {
            steps.add(new Split(SplitExpression.gpt2(), false, Delimiters.ISOLATED));
        }
    }

    private static Splitter digits(Part part) {
        boolean individual = part.flag("individual_digits", false);
        return new Split(Pattern.number(), false, individual ? Delimiters.ISOLATED : Delimiters.CONTIGUOUS);
    }

    private static Splitter split(Part part) {
        Part pattern = part.at("pattern");
        boolean inverts = part.flag("invert", false);
        Delimiters delimiters = Delimiters.of(part);
        if (pattern.node().has("Regex")) {
            return new Split(SplitExpression.of(pattern.at("Regex")), inverts, delimiters);
        }
        String literal = pattern.text("String");
        if (literal.isEmpty()) {
            throw pattern.corrupt("must not be empty, but is");
        }
        return new Split(Pattern.literal(literal), inverts, delimiters);
    }

    private static Splitter chain(List<Splitter> steps) {
        if (steps.isEmpty()) {
            return Splitter.NONE;
        }
        List<Splitter> rest = List.copyOf(steps.subList(1, steps.size()));
        Splitter first = steps.get(0);
        if (rest.isEmpty()) {
            return first;
        }
        Splitter after = chain(rest);
        return (text, start, end, opens, words) ->
                first.split(text, start, end, opens, (t, from, to, still) -> after.split(t, from, to, still, words));
    }
}
