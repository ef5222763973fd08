package dev.tidar.text.tokenizer.part;

import dev.tidar.api.InvalidModelException;
import dev.tidar.file.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A part of a tokenizer.json. Its errors name the file and the part.
 *
 * @param file the file, for messages
 * @param name path of the part in the file, as in {@code pre_tokenizer.pretokenizers[1]}
 * @param node what the file says there; a missing node if it says nothing
 */
public record Part(Path file, String name, JsonNode node) {

    private static final int MAX_STEPS = 32;

    /** Whether the file says nothing here, or {@code null}. */
    public boolean isAbsent() {
        return node.isMissingNode() || node.isNull();
    }

    public Part at(String key) {
        return new Part(file, name + "." + key, node.path(key));
    }

    /** Returns the elements of a list that must be there. */
    public List<Part> list(String key) {
        JsonNode list = node.path(key);
        if (!list.isArray()) {
            throw at(key).corrupt("must be a list, but is %s", list);
        }
        List<Part> parts = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            parts.add(at(key).element(i));
        }
        return parts;
    }

    /**
     * Returns the steps of this part, in order: those in its list where it is a Sequence, itself where it is anything
     * else, and none where it is absent.
     *
     * @param key where a Sequence of this kind has its list
     * @throws InvalidModelException if a Sequence is in another, or has more than {@value #MAX_STEPS} steps
     */
    public List<Part> steps(String key) {
        if (isAbsent()) {
            return List.of();
        }
        if (!isSequence()) {
            return List.of(this);
        }
        List<Part> steps = list(key);
        for (Part step : steps) {
            if (step.isSequence()) {
                throw step.unsupported("must not be a Sequence within another, but is one");
            }
        }
        if (steps.size() > MAX_STEPS) {
            throw steps.get(MAX_STEPS).unsupported("must be among the first %d steps, but is not", MAX_STEPS);
        }
        return steps;
    }

    private boolean isSequence() {
        return type().equals("Sequence");
    }

    /** Returns an element of this list. */
    public Part element(int index) {
        return new Part(file, "%s[%d]".formatted(name, index), node.path(index));
    }

    /** Returns the type that this part says it has; empty text if it says none. */
    public String type() {
        return node.path("type").asString("");
    }

    /** Returns a text that must be there. */
    public String text(String key) {
        JsonNode text = node.path(key);
        if (!text.isString()) {
            throw at(key).corrupt("must be a string, but is %s", text);
        }
        return text.asString();
    }

    public Optional<String> optionalText(String key) {
        return at(key).isAbsent() ? Optional.empty() : Optional.of(text(key));
    }

    /** Returns a flag, or what it is where the file says nothing. */
    public boolean flag(String key, boolean otherwise) {
        JsonNode flag = node.path(key);
        if (at(key).isAbsent()) {
            return otherwise;
        }
        if (!flag.isBoolean()) {
            throw at(key).corrupt("must be true or false, but is %s", flag);
        }
        return flag.asBoolean();
    }

    /** Creates the error for a part that can never be right; {@code rule} continues a sentence about the part. */
    public InvalidModelException corrupt(String rule, Object... values) {
        return Problem.corrupt(file, escaped(rule), values);
    }

    /** Creates the error for a part that other software may understand. */
    public InvalidModelException unsupported(String rule, Object... values) {
        return Problem.unsupported(file, escaped(rule), values);
    }

    private String escaped(String rule) {
        return name.replace("%", "%%") + " " + rule;
    }
}
