package dev.tidar.text.grammar.vocabulary;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tokens of a model: the bytes that each one stands for, the tokens that have names, and the tokens that end an
 * answer. Built once for a model. Immutable, thread-safe.
 */
public final class Vocabulary {

    /** The number of tokens of a text that no tokens spell; more than any text has. */
    public static final int UNSPELLABLE = 1 << 28;

    static final int MAX_TOKEN_BYTES = 4096;

    /**
     * A byte that the spelling of each named token contains and no UTF-8 text does, so no text can spell such a token.
     */
    private static final int NAME_MARK = 0xFF;

    private final byte[][] tokens;
    private final int[] stopIds;
    private final BitSet stops = new BitSet();
    private final BitSet singleBytes = new BitSet(256);
    private final Map<String, byte[]> names = new HashMap<>();
    private final TokenTrie trie;

    /**
     * @param tokens bytes of each token id, {@code [ids]}. An id without bytes and name (a gap) is never allowed, nor
     *     is an id with the byte 0xFF, which no text contains
     * @param names names of the ids that stand for themselves and not for text, such as control tokens; these ids are
     *     allowed in free text, and where a grammar asks for the name
     * @param stopIds ids that end an answer; their bytes are ignored
     * @throws IllegalArgumentException if a stop id is not one of these ids, or a token has more than 4,096 bytes
     */
    public Vocabulary(byte[][] tokens, Map<String, Integer> names, int[] stopIds) {
        this.tokens = new byte[tokens.length][];
        this.stopIds = stopIds.clone();
        for (int id : stopIds) {
            if (id < 0 || id >= tokens.length) {
                throw new IllegalArgumentException(
                        "stop id must be in [0, %d), but is %d".formatted(tokens.length, id));
            }
            stops.set(id);
        }
        for (int id = 0; id < tokens.length; id++) {
            if (tokens[id].length > MAX_TOKEN_BYTES) {
                throw new IllegalArgumentException("token %d must have at most %d bytes, but has %d"
                        .formatted(id, MAX_TOKEN_BYTES, tokens[id].length));
            }
            this.tokens[id] = stops.get(id) || hasNameMark(tokens[id]) ? new byte[0] : tokens[id].clone();
            if (this.tokens[id].length == 1) {
                singleBytes.set(tokens[id][0] & 0xff);
            }
        }
        names.forEach((name, id) -> {
            if (!stops.get(id)) {
                this.tokens[id] = spelled(name);
                this.names.put(name, this.tokens[id]);
            }
        });
        this.trie = new TokenTrie(this.tokens);
    }

    private static boolean hasNameMark(byte[] token) {
        for (byte b : token) {
            if ((b & 0xff) == NAME_MARK) {
                return true;
            }
        }
        return false;
    }

    /** Puts the mark before, between and after the bytes of the name, so that the name as text is no part of it. */
    private static byte[] spelled(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] spelled = new byte[2 * text.length + 1];
        Arrays.fill(spelled, (byte) NAME_MARK);
        for (int i = 0; i < text.length; i++) {
            spelled[2 * i + 1] = text[i];
        }
        return spelled;
    }

    /** The number of ids, including those without bytes. */
    public int size() {
        return tokens.length;
    }

    public boolean isStop(int id) {
        return stops.get(id);
    }

    public int[] stopIds() {
        return stopIds.clone();
    }

    /** The bytes of a token; none for gaps and stop ids. Not to be changed. */
    public byte[] bytes(int id) {
        return tokens[id];
    }

    /** The bytes with which rules spell the token of this name, if there is one. */
    public Optional<byte[]> named(String name) {
        return Optional.ofNullable(names.get(name));
    }

    public TokenTrie trie() {
        return trie;
    }

    /** Whether some token consists of this byte alone. */
    public boolean hasByte(int unsignedByte) {
        return singleBytes.get(unsignedByte);
    }

    /**
     * Computes the minimum number of tokens that spell each suffix of a text; {@link #UNSPELLABLE} where no tokens do.
     *
     * @param from the suffixes that start before this index are computed; the others are in {@code fewest} already
     * @param fewest the result, {@code [length + 1]}
     */
    public void fewestTokens(byte[] text, int from, int[] fewest) {
        for (int i = from - 1; i >= 0; i--) {
            int best = UNSPELLABLE;
            int node = 0;
            for (int at = i; at < text.length; at++) {
                node = trie.child(node, text[at]);
                if (node == 0) {
                    break;
                }
                if (trie.endsToken(node)) {
                    best = Math.min(best, fewest[at + 1] + 1);
                }
            }
            fewest[i] = best;
        }
    }

    /** The tokens that spell a text by longest match, up to the first place where no token matches. */
    public int[] longestMatches(byte[] text) {
        int[] found = new int[text.length];
        int count = 0;
        int at = 0;
        while (at < text.length) {
            int node = 0;
            int end = at;
            for (int i = at; i < text.length; i++) {
                node = trie.child(node, text[i]);
                if (node == 0) {
                    break;
                }
                if (trie.endsToken(node)) {
                    end = i + 1;
                    found[count] = trie.token(trie.firstToken(node));
                }
            }
            if (end == at) {
                break;
            }
            count++;
            at = end;
        }
        return Arrays.copyOf(found, count);
    }
}
