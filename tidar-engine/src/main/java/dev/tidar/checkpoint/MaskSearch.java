package dev.tidar.checkpoint;

import dev.tidar.file.FileNames;
import dev.tidar.file.ModelFile;
import dev.tidar.file.ModelFolder;
import dev.tidar.file.Problem;
import dev.tidar.json.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/**
 * Finds the mask token of a folder by its text. It is the {@code mask_token} of {@code tokenizer_config.json}, or an
 * added token with one of the texts that published models use.
 *
 * @param folder the model folder
 */
record MaskSearch(ModelFolder folder) {

    private static final List<String> TEXTS = List.of("<|mask|>", "<|MASK|>", "<|tidar_mask|>");
    private static final String ADDED = "added_tokens.json";
    private static final int MAX_SMALL_BYTES = 16 << 20;
    private static final int MAX_TOKENIZER_BYTES = 64 << 20;

    /**
     * A mask token.
     *
     * @param id its token id
     * @param where file and text, for messages
     */
    record Found(int id, String where) {}

    /** The texts that are looked for, for messages. */
    static String texts() {
        return "mask_token, " + String.join(", ", TEXTS);
    }

    /** Looks in the small files first; the tokenizer itself has up to some ten million bytes. */
    Optional<Found> find() {
        Optional<JsonNode> config = small(FileNames.TOKENIZER_CONFIG);
        List<String> texts = Stream.concat(config.flatMap(MaskSearch::named).stream(), TEXTS.stream())
                .toList();
        return first(
                        texts,
                        FileNames.TOKENIZER_CONFIG,
                        config.map(MaskSearch::decoder).orElse(Map.of()))
                .or(() -> first(texts, ADDED, small(ADDED).map(MaskSearch::ids).orElse(Map.of())))
                .or(() -> first(texts, FileNames.TOKENIZER, addedTokens()));
    }

    private Optional<JsonNode> small(String name) {
        return ModelFile.object(folder.path().resolve(name), MAX_SMALL_BYTES).map(root -> root);
    }

    private static Optional<Found> first(List<String> texts, String file, Map<String, Integer> ids) {
        return texts.stream()
                .flatMap(text -> Optional.ofNullable(ids.get(text))
                        .map(id -> new Found(id, "the token %s of %s".formatted(text, file)))
                        .stream())
                .findFirst();
    }

    private static Optional<String> named(JsonNode config) {
        JsonNode token = config.path("mask_token");
        JsonNode text = token.isObject() ? token.path("content") : token;
        return text.isString() ? Optional.of(text.asString()) : Optional.empty();
    }

    private static Map<String, Integer> decoder(JsonNode config) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> token :
                config.path("added_tokens_decoder").properties()) {
            JsonNode text = token.getValue().path("content");
            if (text.isString() && token.getKey().matches("[0-9]{1,9}")) {
                ids.putIfAbsent(text.asString(), Integer.parseInt(token.getKey()));
            }
        }
        return ids;
    }

    private static Map<String, Integer> ids(JsonNode added) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> token : added.properties()) {
            put(ids, token.getKey(), token.getValue());
        }
        return ids;
    }

    private static void put(Map<String, Integer> ids, String text, JsonNode id) {
        if (id.isInt() && id.asInt() >= 0) {
            ids.putIfAbsent(text, id.asInt());
        }
    }

    /** Reads one list of the tokenizer; the rest of the file is passed over. */
    private Map<String, Integer> addedTokens() {
        Path file = folder.path().resolve(FileNames.TOKENIZER);
        return ModelFile.utf8(file, MAX_TOKENIZER_BYTES)
                .map(json -> addedTokens(file, json))
                .orElse(Map.of());
    }

    private static Map<String, Integer> addedTokens(Path file, byte[] json) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        try (JsonParser parser = Json.parser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean added = parser.currentName().equals("added_tokens");
                parser.nextToken();
                if (added) {
                    readList(parser, ids);
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw Problem.corrupt(file, "is %s", Json.describe(e));
        }
        return ids;
    }

    private static void readList(JsonParser parser, Map<String, Integer> ids) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY && parser.currentToken() != null) {
            JsonNode token = Json.readValue(parser);
            JsonNode text = token.path("content");
            if (text.isString()) {
                put(ids, text.asString(), token.path("id"));
            }
        }
    }
}
