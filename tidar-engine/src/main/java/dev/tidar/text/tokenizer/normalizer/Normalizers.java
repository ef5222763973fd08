package dev.tidar.text.tokenizer.normalizer;

import dev.tidar.text.tokenizer.part.Growth;
import dev.tidar.text.tokenizer.part.Part;
import java.util.List;

/** Reads the normalizer of a tokenizer.json. What it does not know is rejected by name. */
public final class Normalizers {

    private Normalizers() {}

    /**
     * Returns the normalizer that a part asks for, which does nothing if the part is absent.
     *
     * @throws dev.tidar.api.InvalidModelException if a step is damaged or unsupported
     */
    public static Normalizer read(Part part) {
        Growth growth = new Growth();
        List<Normalizer> steps = part.steps("normalizers").stream()
                .map(step -> step(step, growth))
                .toList();
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

    private static Normalizer step(Part part, Growth growth) {
        return switch (part.type()) {
            case "NFC", "NFD", "NFKC", "NFKD" -> new UnicodeForm(java.text.Normalizer.Form.valueOf(part.type()));
            case "Prepend" -> prepend(part, growth);
            case "Replace" -> replace(part, growth);
            default ->
                throw part.unsupported(
                        "must be NFC, NFD, NFKC, NFKD, Prepend, Replace or a Sequence of them, but is %s",
                        part.node().path("type"));
        };
    }

    private static Normalizer prepend(Part part, Growth growth) {
        String prefix = part.text("prepend");
        growth.add(part, " ", prefix);
        return new Prepend(prefix);
    }

    private static Normalizer replace(Part part, Growth growth) {
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
