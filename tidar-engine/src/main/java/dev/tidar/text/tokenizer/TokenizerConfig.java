package dev.tidar.text.tokenizer;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.file.FileNames;
import dev.tidar.file.ModelFile;
import dev.tidar.json.Quoted;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The part of {@code tokenizer_config.json} that concerns prompts. For a folder without this file, all of it is empty.
 *
 * @param file the file, for messages
 * @param namedTokens the spellings of {@code bos_token}, {@code eos_token} and the like
 * @param addsBegin whether the begin token is put before a text; empty if the file does not say
 * @param chatTemplate the node {@code chat_template}; a missing node if there is none
 */
public record TokenizerConfig(
        Path file, Map<String, String> namedTokens, Optional<Boolean> addsBegin, JsonNode chatTemplate) {

    private static final int MAX_BYTES = 16 << 20;

    public static TokenizerConfig read(Path folder) {
        Path file = folder.resolve(FileNames.TOKENIZER_CONFIG);
        return ModelFile.object(file, MAX_BYTES)
                .map(root ->
                        new TokenizerConfig(file, namedTokens(root), addsBegin(file, root), root.path("chat_template")))
                .orElseGet(() -> new TokenizerConfig(file, Map.of(), Optional.empty(), MissingNode.getInstance()));
    }

    private static Map<String, String> namedTokens(ObjectNode root) {
        Map<String, String> tokens = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            JsonNode spelling = entry.getValue().isObject() ? entry.getValue().path("content") : entry.getValue();
            if (entry.getKey().endsWith("_token") && spelling.isString()) {
                tokens.put(entry.getKey(), spelling.asString());
            }
        }
        return tokens;
    }

    private static Optional<Boolean> addsBegin(Path file, ObjectNode root) {
        JsonNode adds = root.path("add_bos_token");
        if (adds.isMissingNode() || adds.isNull()) {
            return Optional.empty();
        }
        if (!adds.isBoolean()) {
            throw new InvalidModelException(
                    Fault.CORRUPT,
                    "%s: add_bos_token must be true or false, but is %s".formatted(file, Quoted.of(adds.toString())));
        }
        return Optional.of(adds.asBoolean());
    }
}
