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
