package dev.tidar.text.grammar;

import dev.tidar.text.grammar.vocabulary.Vocabulary;
import dev.tidar.text.tokenizer.Tokenizer;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The vocabularies of the tests. */
final class Vocabularies {

    /** Each byte is a token whose id is its value; id 256 ends an answer. */
    static final Vocabulary BYTES = synthetic();

    /** All bytes, and tokens that span parts of JSON: quotes, colons, white space, digits, half characters. */
    static final Vocabulary SPANNING = synthetic(
            "{\"",
            "\":",
            "\": ",
            "\", \"",
            "\"}",
            "\"]",
            "},",
            "}]",
            "]}",
            "}}",
            "[[",
            "[{",
            "  ",
            "    ",
            "\n  ",
            "true",
            "false",
            "null",
            ", ",
            ",\"",
            "\",\"",
            "\": \"",
            "\":\"",
            "12",
            "00",
            "0.",
            "1,",
            "-1",
            "ab",
            "name",
            "\"name\"",
            "\\\"",
            "\\u",
            "\\ud8",
            "00e9",
            "\u00e9",
            "\u20ac",
            "\ud83d\ude00",
            "aaaaaaaa",
            ":[",
            "[]",
            "{}",
            "\":{",
            "e+",
            "5}",
            "5]");

    /** SmolLM2's 49 thousand tokens. */
    static final Vocabulary SMOLLM2 = smolLm2();

    private Vocabularies() {}

    static Vocabulary synthetic(String... texts) {
        List<byte[]> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(new byte[] {(byte) b});
        }
        tokens.add(new byte[0]);
        for (String text : texts) {
            tokens.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return new Vocabulary(tokens.toArray(new byte[0][]), Map.of(), new int[] {256});
    }

    private static Vocabulary smolLm2() {
        try {
            Path folder = Path.of(
                    Vocabularies.class.getResource("/models/smollm2-tokenizer").toURI());
            Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
            return new Vocabulary(tokenizer.tokenBytes(), tokenizer.addedTokens(), new int[] {
                tokenizer.idOf("<|im_end|>").orElseThrow()
            });
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
