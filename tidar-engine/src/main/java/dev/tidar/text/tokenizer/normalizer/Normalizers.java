package dev.tidar.text.tokenizer.normalizer;

import dev.tidar.text.tokenizer.part.Growth;
import dev.tidar.text.tokenizer.part.Part;
import java.util.ArrayList;
import java.util.List;

/** Reads the normalizer of a tokenizer.json. What it does not know is rejected by name. */
public final class Normalizers {

    private static final int MAX_STEPS = 32;

    private final List<Normalizer> steps = new ArrayList<>();
    private final Growth growth = new Growth();

    private Normalizers() {}

    /**
     * Returns the normalizer that a part asks for, which does nothing if the part is absent.
     *
     * @throws dev.tidar.api.InvalidModelException if a step is damaged or unsupported
     */
    public static Normalizer read(Part part) {
        Normalizers read = new Normalizers();
        if (!part.isAbsent()) {
            read.add(part);
        }
        List<Normalizer> steps = List.copyOf(read.steps);
        return switch (steps.size()) {
            case 0 -> Normalizer.NONE;
            case 1 -> steps.get(0);
            default -> chain(steps);
        };
    }

    private static Normalizer chain(List<Normalizer> steps) {
        return (text, stretches) -> {
            String made = text;
            for (Normalizer step : steps) {
                made = step.apply(made, stretches);
            }
            return made;
        };
    }

    private void add(Part part) {
        if (part.type().equals("Sequence")) {
            for (Part step : part.list("normalizers")) {
                if (step.type().equals("Sequence")) {
                    throw step.unsupported("must not be a Sequence within another, but is one");
                }
                add(step);
            }
            return;
        }
        if (steps.size() == MAX_STEPS) {
            throw part.unsupported("must be among the first %d steps, but is not", MAX_STEPS);
        }
        steps.add(step(part));
    }

    private Normalizer step(Part part) {
        return switch (part.type()) {
            case "NFC", "NFD", "NFKC", "NFKD" -> new UnicodeForm(java.text.Normalizer.Form.valueOf(part.type()));
            case "Prepend" -> prepend(part);
            case "Replace" -> replace(part);
            default ->
                throw part.unsupported(
                        "must be NFC, NFD, NFKC, NFKD, Prepend, Replace or a Sequence of them, but is %s",
                        part.node().path("type"));
        };
    }

    private Normalizer prepend(Part part) {
        String prefix = part.text("prepend");
        growth.add(part, " ", prefix);
        return new Prepend(prefix);
    }

    private Normalizer replace(Part part) {
        Part pattern = part.at("pattern");
        if (!pattern.node().has("String")) {
            throw pattern.unsupported("must be a String, but is %s", pattern.node());
        }
        String replaced = pattern.text("String");
        String content = part.text("content");
        growth.add(part, replaced, content);
        return new Replace(replaced, content);
    }
}
