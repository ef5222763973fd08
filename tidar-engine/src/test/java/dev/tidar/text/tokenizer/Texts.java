package dev.tidar.text.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Texts to hold tokenizers against each other: scripts, code, and what nobody would write. */
final class Texts {

    /** First and last code point of letters and signs of 40 scripts, from Unicode's blocks. */
    private static final int[][] SCRIPTS = {
        {0x41, 0x7A},
        {0xC0, 0x24F},
        {0x370, 0x3FF},
        {0x400, 0x4FF},
        {0x531, 0x58A},
        {0x591, 0x5F4},
        {0x600, 0x6FF},
        {0x700, 0x74F},
        {0x780, 0x7B1},
        {0x7C0, 0x7FA},
        {0x900, 0x97F},
        {0x980, 0x9FE},
        {0xA01, 0xA76},
        {0xA81, 0xAFF},
        {0xB01, 0xB77},
        {0xB82, 0xBFA},
        {0xC00, 0xC7F},
        {0xC80, 0xCF2},
        {0xD00, 0xD7F},
        {0xD81, 0xDF4},
        {0xE01, 0xE5B},
        {0xE81, 0xEDF},
        {0xF00, 0xFDA},
        {0x1000, 0x109F},
        {0x10A0, 0x10FF},
        {0x1100, 0x11FF},
        {0x1200, 0x137C},
        {0x13A0, 0x13FD},
        {0x1780, 0x17F9},
        {0x1800, 0x18AA},
        {0x1E00, 0x1FFE},
        {0x2000, 0x22FF},
        {0x3000, 0x30FF},
        {0x4E00, 0x9FFF},
        {0xA000, 0xA48C},
        {0xAC00, 0xD7A3},
        {0xF900, 0xFFEE},
        {0x10400, 0x1044F},
        {0x1D400, 0x1D7FF},
        {0x1F300, 0x1FAFF},
    };

    private static final String[] CODE = {
        "public static void main(String[] args) {\n",
        "    return x_1 != null ? x_1 : \"\\u00e9\";\n",
        "}\r\n\r\n",
        "\t\t// TODO 123456\n",
        "for (int i = 0; i < 10_000; i++) ",
        "def f(self, *args):\n\t",
        "</div>\n\n",
        "{\"key\": [1, 2.5e-10, true]}",
        "SELECT * FROM t;\n",
        "I'M you'LL we've it's 'S DON'T ",
        "https://example.org/a?b=c&d=%20",
        "    ",
        "   \n",
        "\n\n\n",
        "=====",
        "camelCaseHTTPServer",
    };

    private static final int[] ODD = {
        0, 7, 9, 10, 11, 13, 0x1C, 0x20, 0x27, 0x7F, 0x85, 0xA0, 0xAD, 0x131, 0x17F, 0x1C5, 0x212A, 0x300, 0x301, 0x316,
        0x345, 0x34F, 0x200B, 0x200C, 0x200D, 0x2028, 0x202E, 0x2581, 0x3000, 0xE000, 0xFEFF, 0xFFFC, 0xFFFD, 0xFFFF,
        0x1F468, 0x1F3FD, 0xE0101, 0xF0000, 0x10FFFD, 0x10FFFF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0x11A7, 0x11A8, 0x1161,
        0xFF9E, 0xF73, 0x344, 0x7FD, 0x11938,
    };

    private final SplittableRandom random;

    Texts(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Returns texts of this many characters, each of the next script and of code; 40 of them have all scripts. */
    static Stream<String> prose(long seed, int length, int count) {
        return Stream.iterate(0, i -> i < count, i -> i + 1)
                .map(i -> new Texts(seed + i).prose(SCRIPTS[i % SCRIPTS.length], length));
    }

    /** Returns short texts with odd characters, lone surrogates among them. */
    static Stream<String> fuzzed(long seed, int count) {
        return Stream.iterate(0, i -> i < count, i -> i + 1).map(i -> new Texts(seed + i).fuzzed());
    }

    private String prose(int[] script, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            if (random.nextInt(12) == 0) {
                text.append(CODE[random.nextInt(CODE.length)]);
                continue;
            }
            for (int letters = 1 + random.nextInt(9); letters > 0; letters--) {
                text.appendCodePoint(random.nextInt(script[0], script[1] + 1));
            }
            text.append(
                    List.of(" ", " ", " ", ", ", ".\n", "  ", " 2026 ", "'s ").get(random.nextInt(8)));
        }
        return text.toString();
    }

    private String fuzzed() {
        StringBuilder text = new StringBuilder();
        for (int parts = random.nextInt(24); parts >= 0; parts--) {
            switch (random.nextInt(6)) {
                case 0 -> text.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
                case 1 -> text.append((char) random.nextInt(0x250));
                case 2, 3 -> text.appendCodePoint(ODD[random.nextInt(ODD.length)]);
                case 4 -> text.append(CODE[random.nextInt(CODE.length)]);
                default -> {
                    int[] script = SCRIPTS[random.nextInt(SCRIPTS.length)];
                    text.appendCodePoint(random.nextInt(script[0], script[1] + 1));
                }
            }
        }
        return text.toString();
    }

    /** Returns a text without its lone surrogates: each is U+FFFD, since it has no UTF-8. */
    static String wellFormed(String text) {
        List<Integer> characters = new ArrayList<>();
        text.codePoints()
                .forEach(
                        c -> characters.add(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c));
        StringBuilder made = new StringBuilder();
        characters.forEach(made::appendCodePoint);
        return made.toString();
    }
}
