package dev.tidar.text.tokenizer;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.file.FileNames;
import dev.tidar.file.ModelFile;
import dev.tidar.json.Quoted;
import dev.tidar.text.tokenizer.part.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A validated {@code tokenizer.json} with a byte-pair encoding (BPE) model: every token has one id, and no id belongs
 * to two tokens.
 *
 * <p>Gaps between the ids are allowed; released vocabularies have them.
 */
final class TokenizerFile {

    /**
     * Maximum size of a tokenizer.json in bytes; the file of a vocabulary of 256 thousand tokens has about 30 million.
     */
    static final int MAX_BYTES = 64 << 20;

    /** The highest id that is accepted; a file with an id beyond it is damaged. */
    private static final int MAX_ID = (1 << 24) - 1;

    private final Path file;
    private final ObjectNode root;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, String> tokens = new HashMap<>();
    private final List<AddedToken> added = new ArrayList<>();

    private TokenizerFile(Path file, ObjectNode root) {
        this.file = file;
        this.root = root;
        readVocabulary();
        readAddedTokens();
    }

    /** Reads the file of this folder; empty if there is none. */
    static Optional<TokenizerFile> read(Path folder) {
        Path file = folder.resolve(FileNames.TOKENIZER);
        return ModelFile.object(file, MAX_BYTES).map(root -> new TokenizerFile(file, root));
    }

    /** The size of the file of this folder; 0 if there is none. */
    static long bytes(Path folder) {
        return ModelFile.size(folder.resolve(FileNames.TOKENIZER), MAX_BYTES);
    }

    /** Returns the id of each token, added tokens included, by its spelling in the vocabulary. */
    Map<String, Integer> ids() {
        return ids;
    }

    List<AddedToken> addedTokens() {
        return added;
    }

    Part part(String key) {
        return new Part(file, key, root.path(key));
    }

    /** Returns the token that the post-processor puts before a text by default, if any. */
    OptionalInt templatedBegin() {
        return templatedBegin(root.path("post_processor"));
    }

    private OptionalInt templatedBegin(JsonNode processor) {
        if (processor.path("type").asString("").equals("Sequence")) {
            for (JsonNode part : processor.path("processors")) {
                OptionalInt begin = templatedBegin(part);
                if (begin.isPresent()) {
                    return begin;
                }
            }
        }
        JsonNode first = processor.path("single").path(0).path("SpecialToken").path("id");
        Integer id = first.isString() ? ids.get(first.asString()) : null;
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** Returns the encoder for text in which no control token counts: neither merges nor whole words make one. */
    TextEncoder contentEncoder() {
        Map<String, Integer> content = new HashMap<>();
        root.path("model")
                .path("vocab")
                .properties()
                .forEach(entry -> content.put(entry.getKey(), ids.get(entry.getKey())));
        Set<String> withheld = added.stream()
                .filter(this::isControlSpelling)
                .map(AddedToken::content)
                .collect(Collectors.toSet());
        content.keySet().removeAll(withheld);
        return TextEncoder.read(part("normalizer"), part("pre_tokenizer"), part("model"), content, withheld);
    }

    /**
     * White space (also spelled with U+2581), single characters, byte tokens and the unknown token are ordinary text
     * even if they are added tokens.
     */
    private boolean isControlSpelling(AddedToken token) {
        String content = token.content();
        return !content.replace('\u2581', ' ').isBlank()
                && content.codePointCount(0, content.length()) > 1
                && !content.equals(root.path("model").path("unk_token").asString(""))
                && TokenBytes.byteOf(content) < 0;
    }

    private void readVocabulary() {
        JsonNode model = root.path("model");
        String type = model.path("type").asString(model.has("merges") ? "BPE" : "nothing");
        if (!type.equals("BPE")) {
            throw fault(Fault.UNSUPPORTED, "model.type must be BPE, but is " + Quoted.of(type));
        }
        if (!(model.path("vocab") instanceof ObjectNode vocabulary) || vocabulary.isEmpty()) {
            throw fault(Fault.CORRUPT, "model.vocab must be an object of tokens and ids, but is not");
        }
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            put(entry.getKey(), entry.getValue(), "model.vocab");
        }
    }

    private void readAddedTokens() {
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asString("");
            if (content.isEmpty()) {
                throw fault(
                        Fault.CORRUPT,
                        "added_tokens must have a content each, but one has none: "
                                + Quoted.of(token.path("id").toString()));
            }
            int id = put(content, token.path("id"), "added_tokens");
            added.add(new AddedToken(
                    id,
                    content,
                    token.path("special").asBoolean(false),
                    token.path("single_word").asBoolean(false),
                    token.path("lstrip").asBoolean(false),
                    token.path("rstrip").asBoolean(false),
                    token.path("normalized").asBoolean(false)));
        }
    }

    private int put(String token, JsonNode number, String key) {
        if (!number.isInt() || number.asInt() < 0 || number.asInt() > MAX_ID) {
            throw fault(
                    Fault.CORRUPT,
                    "%s: the id of \"%s\" must be an integer in [0, %d], but is %s"
                            .formatted(key, shown(token), MAX_ID, Quoted.of(number.toString(), 100)));
        }
        int id = number.asInt();
        Integer otherId = ids.putIfAbsent(token, id);
        String otherToken = tokens.putIfAbsent(id, token);
        if (otherId != null && otherId != id) {
            throw fault(
                    Fault.CORRUPT,
                    "%s: \"%s\" must have one id, but has %d and %d".formatted(key, shown(token), otherId, id));
        }
        if (otherToken != null && !otherToken.equals(token)) {
            throw fault(
                    Fault.CORRUPT,
                    "%s: id %d must belong to one token, but belongs to \"%s\" and \"%s\""
                            .formatted(key, id, shown(otherToken), shown(token)));
        }
        return id;
    }

    /** Returns the first 40 characters of a token, without control characters, for an error message. */
    private static String shown(String token) {
        String cut = token.length() > 40 ? token.substring(0, 40) + "..." : token;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    InvalidModelException fault(Fault fault, String rule) {
        return new InvalidModelException(fault, "%s: %s".formatted(file, rule));
    }
}
