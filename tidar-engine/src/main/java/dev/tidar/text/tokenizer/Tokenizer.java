package dev.tidar.text.tokenizer;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.api.TokenText;
import dev.tidar.file.FileNames;
import dev.tidar.text.tokenizer.normalizer.Normalizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Encodes text to token ids and decodes token ids to text, using the {@code tokenizer.json} of a model folder.
 * Thread-safe.
 *
 * <p>User text never becomes a control token: the spelling of an added token counts as that token only outside of user
 * text. The text between two added tokens, user text included, is encoded in one piece by a tokenizer that has no added
 * tokens. As long as users spell no control token, the ids are those of the plain Hugging Face tokenizer; where they
 * do, the spelling is encoded as ordinary tokens.
 *
 * <p>A lone surrogate is encoded as U+FFFD, since it has no UTF-8. Every other character is passed on unchanged.
 */
public final class Tokenizer {

    private final Map<String, Integer> ids;
    private final TokenBytes tokens;
    private final TextEncoder content;
    private final MarkerScanner verbatim;
    private final MarkerScanner normalized;
    private final OptionalInt beginId;
    private final Map<String, Integer> addedTokens;
    private final Map<Integer, String> addedSpellings;

    private Tokenizer(TokenizerFile file, TokenizerConfig config) {
        this.ids = Map.copyOf(file.ids());
        this.beginId = beginId(file, config);
        this.tokens = TokenBytes.of(file);
        this.content = file.contentEncoder();
        this.verbatim = new MarkerScanner(
                file.addedTokens().stream().filter(token -> !token.normalized()).toList());
        this.normalized = new MarkerScanner(normalized(file, content.normalizer()));
        this.addedTokens = file.addedTokens().stream()
                .collect(Collectors.toUnmodifiableMap(AddedToken::content, AddedToken::id, (first, again) -> first));
        this.addedSpellings = file.addedTokens().stream()
                .collect(Collectors.toUnmodifiableMap(AddedToken::id, AddedToken::content, (first, again) -> first));
    }

    /** The size of the tokenizer's file in bytes; 0 where the folder has none. */
    public static long fileBytes(Path folder) {
        return TokenizerFile.bytes(folder);
    }

    /**
     * Loads the tokenizer of a model folder.
     *
     * @return the tokenizer; empty if the folder has no {@code tokenizer.json} and can therefore serve token ids only
     * @throws InvalidModelException if the file is damaged or of an unsupported kind
     */
    public static Optional<Tokenizer> load(Path folder) {
        return TokenizerFile.read(folder).map(file -> new Tokenizer(file, TokenizerConfig.read(folder)));
    }

    /**
     * Returns the highest token id plus one, added tokens included. Some ids below it may be unassigned; they decode to
     * nothing.
     */
    public int size() {
        return tokens.size();
    }

    /** Returns the ids of the added tokens, control tokens included, by their spelling. They stand for no text. */
    public Map<String, Integer> addedTokens() {
        return addedTokens;
    }

    /**
     * Returns the bytes that each id stands for, {@code [size()]}; when they are concatenated they are UTF-8. Added
     * tokens and unassigned ids have no bytes, because no text consists of them.
     */
    public byte[][] tokenBytes() {
        byte[][] bytes = new byte[tokens.size()][];
        for (int id = 0; id < bytes.length; id++) {
            bytes[id] = tokens.bytes(id);
        }
        addedTokens.values().forEach(id -> bytes[id] = new byte[0]);
        return bytes;
    }

    /**
     * Returns what one token stands for, as {@link #tokenBytes} does for all of them.
     *
     * @return empty if the id is not in {@code [0, size())}
     */
    public Optional<TokenText> token(int id) {
        if (id < 0 || id >= tokens.size()) {
            return Optional.empty();
        }
        String added = addedSpellings.get(id);
        if (added != null) {
            return Optional.of(new TokenText(added, List.of()));
        }
        byte[] bytes = tokens.bytes(id);
        return Optional.of(new TokenText(
                new String(bytes, StandardCharsets.UTF_8),
                IntStream.range(0, bytes.length)
                        .mapToObj(i -> Byte.toUnsignedInt(bytes[i]))
                        .toList()));
    }

    /** Encodes user text, in which the spelling of a control token is ordinary text. */
    public int[] encode(String text) {
        return encode(PromptText.user(text));
    }

    /** Encodes a prompt, in which the spelling of a control token counts as that token only outside of user text. */
    public int[] encode(PromptText prompt) {
        return new PromptEncoding(content, verbatim, normalized, prompt.withText(wellFormed(prompt.text()))).ids();
    }

    /**
     * Encodes a text that the model continues: like {@link #encode(String)}, but with the begin token before it if the
     * tokenizer asks for one.
     */
    public int[] encodeText(String text) {
        int[] encoded = encode(text);
        return beginId.isPresent()
                ? IntStream.concat(IntStream.of(beginId.getAsInt()), Arrays.stream(encoded))
                        .toArray()
                : encoded;
    }

    /** Returns the token that {@link #encodeText} begins with; empty if the tokenizer asks for none. */
    public OptionalInt beginId() {
        return beginId;
    }

    /**
     * Decodes token ids. Special tokens are left out; added tokens that are not special, such as {@code <think>}, are
     * part of the text.
     *
     * @throws IllegalArgumentException if an id is not in {@code [0, size())}
     */
    public String decode(int[] tokenIds) {
        return decode(tokenIds, false);
    }

    String decode(int[] tokenIds, boolean showsSpecial) {
        StreamingDetokenizer detokenizer = new StreamingDetokenizer(tokens, id -> showsSpecial);
        for (int id : tokenIds) {
            detokenizer.append(id);
        }
        return detokenizer.finish();
    }

    /** Returns a decoder for the tokens of one answer, which arrive one by one. */
    public StreamingDetokenizer detokenizer() {
        return detokenizer(Set.of());
    }

    /**
     * Returns a decoder like {@link #detokenizer()}, except that special tokens with these spellings are part of the
     * text.
     */
    public StreamingDetokenizer detokenizer(Set<String> shownTokens) {
        Set<Integer> shown =
                shownTokens.stream().map(ids::get).filter(Objects::nonNull).collect(Collectors.toSet());
        return new StreamingDetokenizer(tokens, shown::contains);
    }

    /** Returns the id of a token by its spelling in the vocabulary. */
    public OptionalInt idOf(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * A token id that two tokenizers give another meaning.
     *
     * @param own its spelling in the vocabulary of the first; empty where the id is unassigned
     * @param others the same of the second
     */
    public record Difference(int id, Optional<String> own, Optional<String> others) {}

    /**
     * Returns the first id that stands for another token in the other tokenizer.
     *
     * @param except ids that may differ
     * @return empty if the ids mean the same
     */
    public Optional<Difference> differenceFrom(Tokenizer other, Set<Integer> except) {
        Map<Integer, String> own = byId();
        Map<Integer, String> others = other.byId();
        return IntStream.range(0, Math.max(size(), other.size()))
                .filter(id -> !except.contains(id) && !Objects.equals(own.get(id), others.get(id)))
                .mapToObj(
                        id -> new Difference(id, Optional.ofNullable(own.get(id)), Optional.ofNullable(others.get(id))))
                .findFirst();
    }

    private Map<Integer, String> byId() {
        return ids.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey, (a, b) -> a));
    }

    private static List<AddedToken> normalized(TokenizerFile file, Normalizer normalizer) {
        return file.addedTokens().stream()
                .filter(AddedToken::normalized)
                .map(token -> token.spelled(normalizer.apply(token.content(), new int[0])))
                .filter(token -> !token.content().isEmpty())
                .toList();
    }

    private static OptionalInt beginId(TokenizerFile file, TokenizerConfig config) {
        if (config.addsBegin().isEmpty()) {
            return file.templatedBegin();
        }
        if (!config.addsBegin().get()) {
            return OptionalInt.empty();
        }
        String begin = config.namedTokens().get("bos_token");
        Integer id = begin == null ? null : file.ids().get(begin);
        if (id == null) {
            throw new InvalidModelException(
                    Fault.CORRUPT,
                    "%s: add_bos_token must come with a bos_token of the vocabulary, but bos_token is %s"
                            .formatted(config.file(), begin == null ? "missing" : "unknown to " + FileNames.TOKENIZER));
        }
        return OptionalInt.of(id);
    }

    /**
     * Replaces each lone surrogate with U+FFFD. The length stays the same, so that the indexes of stretches remain
     * valid.
     */
    private static String wellFormed(String text) {
        StringBuilder fixed = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (Character.charCount(text.codePointAt(i)) == 2) {
                    i++;
                } else {
                    fixed = fixed == null ? new StringBuilder(text) : fixed;
                    fixed.setCharAt(i, '\uFFFD');
                }
            }
        }
        return fixed == null ? text : fixed.toString();
    }
}
