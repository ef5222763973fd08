package dev.tidar.text.tokenizer.bpe;

import dev.tidar.text.tokenizer.part.Part;
import java.util.Map;
import java.util.Optional;

/**
 * The tokens that single characters become before anything is merged: their own token, else those of their UTF-8 bytes,
 * else the unknown token. Immutable.
 */
final class Alphabet {

    /** Stands for no token. Ids are never negative. */
    static final int NONE = LongTable.ABSENT;

    private final LongTable tokens = new LongTable();
    private final int[] byteTokens = new int[256];
    private final boolean byteFallback;
    private final int unknown;
    private final boolean fusesUnknown;

    private Alphabet(boolean byteFallback, int unknown, boolean fusesUnknown) {
        this.byteFallback = byteFallback;
        this.unknown = unknown;
        this.fusesUnknown = fusesUnknown;
    }

    static Alphabet read(Part model, Map<String, Integer> ids) {
        Optional<String> unknown = model.optionalText("unk_token");
        if (unknown.isPresent() && !ids.containsKey(unknown.get())) {
            throw model.at("unk_token").corrupt("must be a token of the vocabulary, but is %s", unknown.get());
        }
        Alphabet alphabet = new Alphabet(
                model.flag("byte_fallback", false), unknown.map(ids::get).orElse(NONE), model.flag("fuse_unk", false));
        ids.forEach((token, id) -> {
            if (!token.isEmpty() && token.codePointCount(0, token.length()) == 1) {
                alphabet.tokens.put(token.codePointAt(0), id);
            }
        });
        for (int octet = 0; octet < 256; octet++) {
            alphabet.byteTokens[octet] = ids.getOrDefault("<0x%02X>".formatted(octet), NONE);
        }
        return alphabet;
    }

    /** Whether a character has a token of its own. */
    boolean has(int codePoint) {
        return tokens.contains(codePoint);
    }

    /** Begins the symbols of a word. */
    Symbols symbols(IdBuffer ids) {
        return new Symbols(ids);
    }

    /** Collects the symbols of a word, character by character. An unknown token waits whether more are to be fused. */
    final class Symbols {

        private final IdBuffer ids;
        private boolean unknownWaits;

        private Symbols(IdBuffer ids) {
            this.ids = ids;
        }

        void add(int codePoint) {
            int token = tokens.get(codePoint);
            if (token != NONE) {
                end();
                ids.add(token);
            } else if (!(byteFallback && addBytes(codePoint)) && unknown != NONE) {
                if (unknownWaits && !fusesUnknown) {
                    ids.add(unknown);
                }
                unknownWaits = true;
            }
        }

        void end() {
            if (unknownWaits) {
                ids.add(unknown);
                unknownWaits = false;
            }
        }

        private boolean addBytes(int codePoint) {
            boolean complete = Utf8.allMatch(codePoint, octet -> byteTokens[octet] != NONE);
            if (complete) {
                Utf8.forEach(codePoint, octet -> ids.add(byteTokens[octet]));
            }
            return complete;
        }
    }
}
