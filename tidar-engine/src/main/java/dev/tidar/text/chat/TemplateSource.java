package dev.tidar.text.chat;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.file.FileNames;
import dev.tidar.file.ModelFile;
import dev.tidar.json.Quoted;
import dev.tidar.text.tokenizer.TokenizerConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The source of a chat template, and its place in the model folder.
 *
 * @param where file and field, for messages
 * @param text Jinja source of at most 64 KiB
 */
record TemplateSource(String where, String text) {

    static final int MAX_BYTES = 64 << 10;

    private static final String DEFAULT = "default";

    TemplateSource {
        if (text.isBlank()) {
            throw new InvalidModelException(
                    Fault.CORRUPT, "%s must be a chat template, but is empty; remove it or fill it".formatted(where));
        }
        if (text.length() > MAX_BYTES) {
            throw new InvalidModelException(
                    Fault.CORRUPT,
                    "%s must have at most %d characters, but has %d".formatted(where, MAX_BYTES, text.length()));
        }
    }

    /** Finds the template of a folder. A file of its own takes precedence over the field, as in transformers. */
    static Optional<TemplateSource> find(Path folder, TokenizerConfig config) {
        Path file = folder.resolve(FileNames.CHAT_TEMPLATE);
        return ModelFile.text(file, MAX_BYTES)
                .map(text -> new TemplateSource(file.toString(), text))
                .or(() -> field(config.file() + ": chat_template", config.chatTemplate()));
    }

    private static Optional<TemplateSource> field(String where, JsonNode template) {
        if (template.isMissingNode() || template.isNull()) {
            return Optional.empty();
        }
        if (template.isString()) {
            return Optional.of(new TemplateSource(where, template.asString()));
        }
        Map<String, String> named = new TreeMap<>();
        for (JsonNode entry : template) {
            named.put(entry.path("name").asString(""), entry.path("template").asString(""));
        }
        if (!named.containsKey(DEFAULT)) {
            throw new InvalidModelException(
                    Fault.UNSUPPORTED,
                    "%s must be a text or have one named \"%s\", but has %s"
                            .formatted(where, DEFAULT, Quoted.of(named.keySet().toString())));
        }
        return Optional.of(new TemplateSource(where, named.get(DEFAULT)));
    }

    InvalidModelException fault(Fault fault, String rule, @Nullable Throwable cause) {
        return new InvalidModelException(fault, "%s %s".formatted(where, rule), cause);
    }
}
