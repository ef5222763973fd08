package dev.tidar.text.tokenizer;

import dev.tidar.text.tokenizer.bpe.ByteAlphabet;
import dev.tidar.text.tokenizer.part.Growth;
import dev.tidar.text.tokenizer.part.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The bytes that each token stands for; decoding concatenates them. Immutable.
 *
 * <p>Two kinds of decoder are supported: {@code ByteLevel} (GPT-2, Qwen, Llama 3), where each character of a token
 * stands for one byte, and the sequence of replacement, byte fallback and fusing that converted SentencePiece models
 * have (Llama 2), where a token is its own text and {@code <0x0A>} is a byte.
 */
final class TokenBytes {

    private static final String KNOWN = "ByteLevel, or a Sequence of Replace, ByteFallback, Fuse and Strip";

    private final byte[] bytes;
    private final int[] starts; // [size + 1], into bytes
    private final BitSet special;
    private final int strippedSpaces;

    private TokenBytes(byte[][] perToken, BitSet special, int strippedSpaces) {
        this.starts = new int[perToken.length + 1];
        for (int id = 0; id < perToken.length; id++) {
            starts[id + 1] = starts[id] + perToken[id].length;
        }
        this.bytes = new byte[starts[perToken.length]];
        for (int id = 0; id < perToken.length; id++) {
            System.arraycopy(perToken[id], 0, bytes, starts[id], perToken[id].length);
        }
        this.special = special;
        this.strippedSpaces = strippedSpaces;
    }

    static TokenBytes of(TokenizerFile file) {
        Map<String, Integer> ids = file.ids();
        int size = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
        Rules rules = Rules.read(file);
        byte[][] perToken = new byte[size][];
        Arrays.fill(perToken, new byte[0]);
        ids.forEach((token, id) -> perToken[id] = rules.bytesOf(token));
        BitSet special = new BitSet(size);
        file.addedTokens().stream().filter(AddedToken::special).forEach(token -> special.set(token.id()));
        return new TokenBytes(perToken, special, rules.strippedSpaces());
    }

    /** Returns the highest id plus one. */
    int size() {
        return starts.length - 1;
    }

    boolean isSpecial(int id) {
        return special.get(id);
    }

    /** Returns the number of spaces that decoding strips from the beginning of a text. */
    int strippedSpaces() {
        return strippedSpaces;
    }

    int start(int id) {
        return starts[id];
    }

    int end(int id) {
        return starts[id + 1];
    }

    byte[] bytes(int id) {
        return Arrays.copyOfRange(bytes, starts[id], starts[id + 1]);
    }

    byte at(int index) {
        return bytes[index];
    }

    /** Returns the value of a byte token such as {@code <0x0A>}; negative for any other token. */
    static int byteOf(String token) {
        if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
            return -1;
        }
        int high = Character.digit(token.charAt(3), 16);
        int low = Character.digit(token.charAt(4), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** The rules that the decoder of a tokenizer.json asks for. */
    private record Rules(boolean byteLevel, List<String[]> replacements, boolean byteFallback, int strippedSpaces) {

        static Rules read(TokenizerFile file) {
            Part decoder = file.part("decoder");
            return parse(decoder)
                    .orElseThrow(() -> decoder.unsupported(
                            "must be " + KNOWN + ", but is %s", decoder.isAbsent() ? "missing" : decoder.type()));
        }

        private static Optional<Rules> parse(Part decoder) {
            List<Part> steps = decoder.type().equals("Sequence") ? decoder.list("decoders") : List.of(decoder);
            if (steps.size() == 1 && isStep(steps, 0, "ByteLevel")) {
                return Optional.of(new Rules(true, List.of(), false, 0));
            }
            return parseFused(steps);
        }

        private static Optional<Rules> parseFused(List<Part> steps) {
            int i = 0;
            List<String[]> replacements = new ArrayList<>();
            Growth growth = new Growth();
            for (;
                    isStep(steps, i, "Replace")
                            && steps.get(i).at("pattern").node().has("String");
                    i++) {
                Part step = steps.get(i);
                String[] replacement = {step.at("pattern").text("String"), step.text("content")};
                growth.add(step, replacement[0], replacement[1]);
                replacements.add(replacement);
            }
            boolean byteFallback = isStep(steps, i, "ByteFallback");
            i += byteFallback ? 1 : 0;
            if (!isStep(steps, i++, "Fuse")) {
                return Optional.empty();
            }
            int stripped = 0;
            if (isStep(steps, i, "Strip")
                    && steps.get(i).text("content").equals(" ")
                    && steps.get(i).node().path("stop").asInt(-1) == 0) {
                stripped = Math.max(0, steps.get(i++).node().path("start").asInt(0));
            }
            return i == steps.size()
                    ? Optional.of(new Rules(false, replacements, byteFallback, stripped))
                    : Optional.empty();
        }

        private static boolean isStep(List<Part> steps, int index, String type) {
            return index < steps.size() && steps.get(index).type().equals(type);
        }

        byte[] bytesOf(String token) {
            return byteLevel ? ByteAlphabet.bytesOf(token) : fusedBytesOf(token);
        }

        private byte[] fusedBytesOf(String token) {
            String text = token;
            for (String[] replacement : replacements) {
                text = text.replace(replacement[0], replacement[1]);
            }
            int value = byteFallback ? byteOf(text) : -1;
            return value < 0 ? text.getBytes(StandardCharsets.UTF_8) : new byte[] {(byte) value};
        }
    }
}
