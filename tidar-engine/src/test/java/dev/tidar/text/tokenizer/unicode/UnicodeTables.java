package dev.tidar.text.tokenizer.unicode;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tidar.text.tokenizer.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * Generates {@code character-classes.txt} and {@code normalization.txt} by asking the Hugging Face library about every
 * code point; the argument is their folder. Run it again when the version of DJL changes.
 */
final class UnicodeTables {

    static final List<String> CLASSES = List.of("Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "P", "S");

    private static final int CHUNK = 2000;

    private UnicodeTables() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Map<String, BitSet> classes = new LinkedHashMap<>();
        for (String name : CLASSES) {
            classes.put(name, matching("\\p{" + name + "}", c -> true));
        }
        classes.put("White_Space", matching("\\s", c -> true));
        classes.put("word", words(c -> true));
        classes.put("numeric", numeric(c -> true));
        write(folder.resolve("character-classes.txt"), "The classes of characters", classes);
        write(folder.resolve("normalization.txt"), "What normalization does to characters", normalization());
    }

    private static void write(Path file, String title, Map<String, BitSet> lines) throws IOException {
        List<String> text = new ArrayList<>();
        text.add("# " + title + " in the Hugging Face library tokenizers 0.21.4 of DJL 0.38.0,");
        text.add("# asked about every code point by UnicodeTables of the tests. Not copied from any file.");
        lines.forEach((name, set) -> text.add(name + " " + ranges(set)));
        Files.write(file, text);
    }

    private static String ranges(BitSet set) {
        List<String> ranges = new ArrayList<>();
        for (int first = set.nextSetBit(0); first >= 0; ) {
            int last = set.nextClearBit(first) - 1;
            ranges.add(Integer.toHexString(first) + (last == first ? "" : "-" + Integer.toHexString(last)));
            first = set.nextSetBit(last + 1);
        }
        return String.join(" ", ranges);
    }

    /** Returns those of some characters that an expression of Oniguruma matches. */
    static BitSet matching(String expression, IntPredicate asked) {
        String removes = """
                {"type": "Split", "pattern": {"Regex": "%s"}, "behavior": "Removed", "invert": true}""".formatted(expression.replace("\\", "\\\\"));
        BitSet set = new BitSet();
        try (HuggingFaceTokenizer oracle = Oracle.bytes("null", removes)) {
            for (List<Integer> chunk : chunks(asked)) {
                Oracle.text(oracle, chunk.stream().map(Character::toString).collect(Collectors.joining()))
                        .codePoints()
                        .forEach(set::set);
            }
        }
        return set;
    }

    /** Returns those of some characters that keep a token next to them from being a word of its own. */
    static BitSet words(IntPredicate asked) {
        ObjectNode json = Oracle.bytesJson("null", "null");
        json.withArray("added_tokens")
                .addObject()
                .put("id", 256)
                .put("content", "QQ")
                .put("single_word", true)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        BitSet set = new BitSet();
        try (HuggingFaceTokenizer oracle = Oracle.open(json.toString())) {
            for (List<Integer> chunk : chunks(asked)) {
                String text =
                        chunk.stream().map(c -> "-QQ" + Character.toString(c)).collect(Collectors.joining());
                int[] ids = Oracle.ids(oracle, text);
                int at = 0;
                for (int c : chunk) {
                    boolean word = ids[at + 1] != 256;
                    set.set(c, word);
                    at += (word ? 3 : 2) + Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
                }
            }
        }
        return set;
    }

    /** Returns those of some characters, U+2581 aside, that the pre-tokenizer Digits takes for digits. */
    static BitSet numeric(IntPredicate asked) {
        String marks = """
                {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
                 {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": false}]}""";
        BitSet set = new BitSet();
        try (HuggingFaceTokenizer oracle = Oracle.bytes("null", marks)) {
            for (List<Integer> chunk : chunks(asked)) {
                String text =
                        chunk.stream().map(c -> "xy" + Character.toString(c)).collect(Collectors.joining());
                int[] made = Oracle.text(oracle, text).codePoints().toArray();
                for (int i = 2; i + 1 < made.length; i++) {
                    set.set(made[i + 1], set.get(made[i + 1]) || made[i] == 0x2581 && made[i + 1] != 'x');
                }
            }
        }
        return set;
    }

    private static Map<String, BitSet> normalization() {
        Map<Integer, String> nfd = changed("NFD");
        BitSet combining = combining(nfd);
        BitSet continuing = (BitSet) combining.clone();
        BitSet active = (BitSet) combining.clone();
        Map<Integer, String> nfc = changed("NFC");
        List<String> firsts = new ArrayList<>();
        nfd.forEach((composed, decomposed) -> {
            if (!nfc.containsKey(composed)) {
                int last = decomposed.codePointBefore(decomposed.length());
                continuing.set(last);
                firsts.add(decomposed.substring(0, decomposed.length() - Character.charCount(last)));
            }
        });
        normalized("NFC", firsts).forEach(first -> active.set(first.codePointAt(0)));
        Map<Integer, String> nfkd = changed("NFKD");
        nfkd.forEach(
                (c, decomposed) -> continuing.set(c, continuing.get(decomposed.codePointAt(0)) || continuing.get(c)));
        nfd.keySet().forEach(active::set);
        nfkd.keySet().forEach(active::set);
        active.or(continuing);
        Map<String, BitSet> lines = new LinkedHashMap<>();
        lines.put("active", active);
        lines.put("continuing", continuing);
        List<BitSet> order = order(combining);
        for (int i = 0; i < order.size(); i++) {
            lines.put(Integer.toString(i + 1), order.get(i));
        }
        return lines;
    }

    /** Returns what becomes of each character that a form changes, with that form. */
    static Map<Integer, String> changed(String form) {
        Map<Integer, String> changed = new LinkedHashMap<>();
        for (List<Integer> chunk : chunks(c -> c != '\n')) {
            List<String> made =
                    normalized(form, chunk.stream().map(Character::toString).toList());
            for (int i = 0; i < chunk.size(); i++) {
                if (!made.get(i).equals(Character.toString(chunk.get(i)))) {
                    changed.put(chunk.get(i), made.get(i));
                }
            }
        }
        return changed;
    }

    /** Returns the characters that change places with U+0345 before them or U+0334 after them, and these two. */
    private static BitSet combining(Map<Integer, String> nfd) {
        BitSet set = new BitSet();
        for (List<Integer> chunk : chunks(c -> c >= 0x300 && !nfd.containsKey(c))) {
            List<String> after = normalized("NFD", texts(chunk, "a\u0345%s"));
            List<String> before = normalized("NFD", texts(chunk, "a%s\u0334"));
            for (int i = 0; i < chunk.size(); i++) {
                String c = Character.toString(chunk.get(i));
                set.set(
                        chunk.get(i),
                        after.get(i).equals("a" + c + "\u0345") || before.get(i).equals("a\u0334" + c));
            }
        }
        return set;
    }

    private static List<String> texts(List<Integer> characters, String pattern) {
        return characters.stream()
                .map(c -> pattern.formatted(Character.toString(c)))
                .toList();
    }

    /** Returns the combining characters by their place among others, lowest first. */
    private static List<BitSet> order(BitSet combining) {
        List<BitSet> order = new ArrayList<>();
        combining.stream().forEach(c -> {
            List<Integer> others = order.stream().map(set -> set.nextSetBit(0)).toList();
            String character = Character.toString(c);
            List<String> swapped = normalized("NFD", texts(others, "a" + character + "%s"));
            List<String> kept = normalized("NFD", texts(others, "a%s" + character));
            int place = 0;
            while (place < others.size()
                    && !swapped.get(place).equals("a" + character + Character.toString(others.get(place)))) {
                place++;
            }
            boolean equal = place < others.size()
                    && kept.get(place).equals("a" + Character.toString(others.get(place)) + character);
            if (!equal) {
                order.add(place, new BitSet());
            }
            order.get(place).set(c);
        });
        return order;
    }

    /** Returns the texts, none of which has a line feed, in a form. */
    static List<String> normalized(String form, List<String> texts) {
        try (HuggingFaceTokenizer oracle = Oracle.bytes("{\"type\": \"" + form + "\"}", "null")) {
            List<String> made = new ArrayList<>();
            for (int from = 0; from < texts.size(); from += CHUNK) {
                List<String> chunk = texts.subList(from, Math.min(texts.size(), from + CHUNK));
                made.addAll(
                        List.of(Oracle.text(oracle, String.join("\n", chunk)).split("\n", -1)));
            }
            return made;
        }
    }

    private static List<List<Integer>> chunks(IntPredicate asked) {
        List<Integer> all = IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .filter(asked)
                .boxed()
                .toList();
        return IntStream.range(0, (all.size() + CHUNK - 1) / CHUNK)
                .mapToObj(i -> all.subList(i * CHUNK, Math.min(all.size(), (i + 1) * CHUNK)))
                .toList();
    }
}
