package dev.tidar.text.tokenizer;

import dev.tidar.text.tokenizer.bpe.BytePairEncoding;
import dev.tidar.text.tokenizer.bpe.IdBuffer;
import dev.tidar.text.tokenizer.normalizer.Normalizer;
import dev.tidar.text.tokenizer.normalizer.Normalizers;
import dev.tidar.text.tokenizer.part.Part;
import dev.tidar.text.tokenizer.splitter.PreTokenizers;
import dev.tidar.text.tokenizer.splitter.Splitter;
import java.util.Map;
import java.util.Set;

/**
 * Turns text into ids: normalizes it, splits it into words, and encodes the words. Thread-safe. Time is linear in the
 * length of the text, apart from words that merges do not let it cut, where it grows with n log n.
 */
final class TextEncoder {

    private final Normalizer normalizer;
    private final Splitter splitter;
    private final BytePairEncoding model;

    private TextEncoder(Normalizer normalizer, Splitter splitter, BytePairEncoding model) {
        this.normalizer = normalizer;
        this.splitter = splitter;
        this.model = model;
    }

    /**
     * Reads the encoder of a tokenizer.json.
     *
     * @param normalizer the part {@code normalizer}
     * @param preTokenizer the part {@code pre_tokenizer}
     * @param model the part {@code model}, of type BPE
     * @param ids the id of each token that text may become, by its spelling
     * @param withheld tokens that no text becomes; merges that have one as a part or as their result are left out
     * @throws dev.tidar.api.InvalidModelException if a part is damaged or unsupported
     */
    static TextEncoder read(
            Part normalizer, Part preTokenizer, Part model, Map<String, Integer> ids, Set<String> withheld) {
        PreTokenizers.PreTokenizer words = PreTokenizers.read(preTokenizer);
        return new TextEncoder(
                Normalizers.read(normalizer),
                words.splitter(),
                BytePairEncoding.read(model, ids, withheld, words.byteLevel()));
    }

    Normalizer normalizer() {
        return normalizer;
    }

    /**
     * Begins to encode a text to ids, which are added to {@code encoded} piece by piece. What it returns is confined to
     * one thread.
     */
    Pieces begin(IdBuffer encoded) {
        BytePairEncoding.Encoding words = model.begin(encoded);
        return (text, start, end, opens) -> splitter.split(text, start, end, opens, words);
    }

    /** Encodes pieces of a text. */
    @FunctionalInterface
    interface Pieces {

        /**
         * Encodes a piece that is already normalized.
         *
         * @param text a text that holds it, without lone surrogates
         * @param start index of its first character
         * @param end index after its last character, greater than {@code start}
         * @param opens whether the prompt begins with it
         */
        void add(String text, int start, int end, boolean opens);
    }
}
