package dev.tidar.text.tokenizer.bpe;

import dev.tidar.text.tokenizer.part.Part;
import dev.tidar.text.tokenizer.splitter.Splitter;
import java.util.Map;
import java.util.Set;

/**
 * Encodes words: their characters become symbols, and neighbouring symbols are merged while there is a merge for them.
 * Thread-safe.
 *
 * <p>A long word is cut between two characters that no merge ever joins, which changes no id and keeps time and memory
 * small: a vocabulary of SentencePiece encodes a whole text as one word.
 */
public final class BytePairEncoding {

    private static final String[] UNSUPPORTED = {"continuing_subword_prefix", "end_of_word_suffix"};

    private final Map<String, Integer> ids;
    private final Alphabet alphabet;
    private final Merges merges;
    private final boolean byteLevel;
    private final boolean looksUpWords;
    private final int longestToken;
    private final WordCache cache = new WordCache();

    private BytePairEncoding(Part model, Map<String, Integer> ids, Set<String> withheld, boolean byteLevel) {
        this.alphabet = Alphabet.read(model, ids);
        this.merges = Merges.read(model, ids, withheld);
        this.byteLevel = byteLevel;
        this.looksUpWords = model.flag("ignore_merges", false);
        this.ids = looksUpWords ? Map.copyOf(ids) : Map.of();
        this.longestToken =
                this.ids.keySet().stream().mapToInt(String::length).max().orElse(0);
    }

    /**
     * Reads a model.
     *
     * @param model the part {@code model}
     * @param ids the id of each token that text may become, by its spelling
     * @param withheld tokens that no text becomes
     * @param byteLevel whether the characters of tokens stand for bytes
     * @throws dev.tidar.api.InvalidModelException if it is damaged or unsupported
     */
    public static BytePairEncoding read(Part model, Map<String, Integer> ids, Set<String> withheld, boolean byteLevel) {
        for (String key : UNSUPPORTED) {
            if (!model.optionalText(key).orElse("").isEmpty()) {
                throw model.at(key).unsupported("must be null, but is %s", model.text(key));
            }
        }
        Part dropout = model.at("dropout");
        if (!dropout.isAbsent() && dropout.node().asDouble(1) != 0) {
            throw dropout.unsupported("must be null, but is %s", dropout.node());
        }
        return new BytePairEncoding(model, ids, withheld, byteLevel);
    }

    /** Begins to encode words, whose ids are added to {@code encoded}. */
    public Encoding begin(IdBuffer encoded) {
        return new Encoding(encoded);
    }

    /** The encoding of one text. Confined to one thread. */
    public final class Encoding implements Splitter.Words {

        private final IdBuffer encoded;
        private final IdBuffer symbols = new IdBuffer();
        private final Alphabet.Symbols writer = alphabet.symbols(symbols);
        private final MergeQueue queue = new MergeQueue(merges);

        private Encoding(IdBuffer encoded) {
            this.encoded = encoded;
        }

        @Override
        public void accept(String text, int start, int end, boolean opens) {
            if (end - start > WordCache.MAX_LENGTH) {
                addLong(text, start, end);
                return;
            }
            int place = WordCache.place(text, start, end);
            if (!cache.addTo(encoded, place, text, start, end)) {
                int before = encoded.size();
                if (!addWhole(text, start, end)) {
                    addMerged(text, start, end);
                }
                cache.put(place, text.substring(start, end), encoded.from(before));
            }
        }

        private void addLong(String text, int start, int end) {
            if (addWhole(text, start, end)) {
                return;
            }
            int from = start;
            while (from < end) {
                int to = cut(text, from, end);
                if (looksUpWords || to - from > WordCache.MAX_LENGTH) {
                    addMerged(text, from, to);
                } else {
                    accept(text, from, to, false);
                }
                from = to;
            }
        }

        /** Adds the token that is spelled like the whole word, where such tokens come before merges. */
        private boolean addWhole(String text, int start, int end) {
            if (!looksUpWords || end - start > longestToken) {
                return false;
            }
            String word = text.substring(start, end);
            Integer id = ids.get(byteLevel ? ByteAlphabet.spelling(word) : word);
            if (id != null) {
                encoded.add(id);
            }
            return id != null;
        }

        private void addMerged(String text, int start, int end) {
            symbols.clear();
            for (int at = start; at < end; ) {
                int codePoint = text.codePointAt(at);
                if (byteLevel) {
                    Utf8.forEach(codePoint, octet -> writer.add(ByteAlphabet.charOf(octet)));
                } else {
                    writer.add(codePoint);
                }
                at += Character.charCount(codePoint);
            }
            writer.end();
            queue.merge(symbols, encoded);
        }
    }

    /** Returns the first index after {@code from} before which a word can be cut, or its end. */
    private int cut(String text, int from, int end) {
        int left = text.codePointAt(from);
        int at = from + Character.charCount(left);
        while (at < end) {
            int right = text.codePointAt(at);
            if (!joined(left, right)) {
                return at;
            }
            left = right;
            at += Character.charCount(right);
        }
        return end;
    }

    /** Whether two characters, the second after the first, may become parts of one token. */
    private boolean joined(int left, int right) {
        int last = left;
        int first = right;
        if (byteLevel) {
            int length = Utf8.length(left);
            last = ByteAlphabet.charOf(Utf8.at(left, length - 1, length));
            first = ByteAlphabet.charOf(Utf8.at(right, 0, Utf8.length(right)));
        }
        // A character without a token may be fused with its neighbour, or become bytes that merges know.
        return merges.join(last, first) || !alphabet.has(last) || !alphabet.has(first);
    }
}
