package dev.tidar.text.grammar.automaton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A regular expression")
class RegexTest {

    private static final String[] LETTERS = {
        "a", "b", "c", "ab", "0", "7", "-", ".", "\n", " ", "\u00e9", "\ud83d\ude00"
    };

    private static Work work() {
        return new Work("regex", 50_000_000);
    }

    private static TextAutomaton compile(String expression) {
        return TextAutomaton.of(RegexParser.parse("regex", expression), work());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "ab",
                "a|b",
                "a*",
                "(a|b)*c",
                "a+b?",
                "(ab){2,3}",
                "a{2}",
                "a{2,}",
                "a{0,2}b",
                "(a+)+b",
                "[ab]c",
                "[^ab]",
                "[a-c0-9]+",
                "[-a]",
                "[a-]",
                ".",
                ".*",
                "\\d+\\.\\d*",
                "\\w+",
                "\\W",
                "\\s",
                "\\S+",
                "[\\d.]+",
                "[^\\s]",
                "(?:a|b)+?",
                "(?<n>a)b",
                "^a",
                "a$",
                "^$",
                "a|^b$|c",
                "(^a|b)c",
                "a(b$|c)",
                "\\u00e9",
                "\\ud83d\\ude00",
                "[\\ud83d\\ude00]",
                "\\x61",
                "\\n",
                "\\.",
                "\\-",
                "(a|ab)(c|bcd)?",
                "((a*)*)*",
                "(a*b*){3}",
                "x*",
                "(|a)b",
                "()",
                "[^]"
            })
    void matchesWhatTheJdkMatches(String expression) {
        TextAutomaton automaton = compile(expression);
        ByteAutomaton utf8 = Encoding.utf8(automaton, work());
        Pattern pattern = expression.equals("[^]") ? Pattern.compile("(?s).") : Pattern.compile(expression);
        long seed = 20_261_122;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(7); length > 0; length--) {
                text.append(LETTERS[random.nextInt(LETTERS.length)]);
            }
            boolean expected = pattern.matcher(text).matches();
            assertThat(automaton.accepts(text.toString()))
                    .as("%s on '%s'", expression, text)
                    .isEqualTo(expected);
            assertThat(accepts(utf8, text.toString().getBytes(StandardCharsets.UTF_8)))
                    .as("%s on '%s' in UTF-8", expression, text)
                    .isEqualTo(expected);
        }
    }

    @Test
    void takesTimeInProportionToTheTextHoweverItIsNested() {
        assertThat(compile("(a+)+b").accepts("a".repeat(1_000_000))).isFalse();
        assertThat(compile("(a|a)*b").accepts("a".repeat(1_000_000) + "b")).isTrue();
        assertThat(compile("(a*)*(a*)*b").accepts("a".repeat(1_000_000))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "(a)\\1; backreference",
                "(?<n>a)\\k<n>; backreference",
                "(?=a)b; look-ahead",
                "(?!a)b; look-ahead",
                "(?<=a)b; look-behind",
                "(?<!a)b; look-behind",
                "\\bword; word boundary",
                "\\p{L}; Unicode property",
                "(?i)a; inline flag",
                "(?>a); inline flag or atomic group",
                "a++; possessive"
            })
    void isRejectedByNameIfItIsNotRegular(String expression, String construct) {
        assertThatThrownBy(() -> compile(expression))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("regex must be regular")
                .hasMessageContaining(construct);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                ")",
                "[",
                "a)",
                "*a",
                "+",
                "?",
                "a{",
                "a{2",
                "a{3,2}",
                "a**",
                "[b-a]",
                "[a-\\d]",
                "\\",
                "\\q",
                "\\u12",
                "\\x1",
                "(?<>a)",
                "{1}",
                "]",
                "\\u{110000}",
                "\\ca",
                "[\\",
                "^*",
                "(?<"
            })
    void isRejectedIfItIsMalformed(String expression) {
        assertThatThrownBy(() -> compile(expression))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("regex must be a regular expression");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a{1000000}", "(a{1000}){1000}", "(a|b)*a(a|b){20}", "((a{100}){100}){100}"})
    void isRejectedIfItsAutomatonWouldBeHuge(String expression) {
        assertThatThrownBy(() -> compile(expression))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("regex must");
    }

    @Test
    void isRejectedIfItIsTooLongOrNestedTooDeep() {
        assertThatThrownBy(() -> compile("a".repeat(10_001))).hasMessageContaining("10000 characters");
        assertThatThrownBy(() -> compile("(".repeat(5_000) + ")".repeat(5_000))).hasMessageContaining("nested deeper");
    }

    @Test
    void ofAllCharactersBecomesAllOfUtf8AndNothingElse() {
        ByteAutomaton utf8 = Encoding.utf8(compile("[^]"), work());
        for (int c = 0; c <= Character.MAX_CODE_POINT; c += c < 0x3000 || c > 0xD700 && c < 0xE100 ? 1 : 97) {
            boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            assertThat(accepts(utf8, raw(c))).as("U+%04X", c).isEqualTo(!surrogate);
        }
        assertThat(accepts(utf8, new byte[] {(byte) 0xC0, (byte) 0x80}))
                .as("two bytes for U+0000")
                .isFalse();
        assertThat(accepts(utf8, new byte[] {(byte) 0xE0, (byte) 0x9F, (byte) 0xBF}))
                .as("three for U+07FF")
                .isFalse();
        assertThat(accepts(utf8, new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}))
                .as("U+110000")
                .isFalse();
    }

    @Test
    void becomesJsonStringsThatEscapeWhatMustBeEscaped() {
        ByteAutomaton strings = Encoding.jsonStrings(compile("[^]"), work());
        for (String string : new String[] {
            "\"a\"",
            "\"\\\"\"",
            "\"\\\\\"",
            "\"\\n\"",
            "\"\\u0001\"",
            "\"\\u001f\"",
            "\"\\u001F\"",
            "\"\u007f\"",
            "\"\u20ac\"",
            "\"\ud83d\ude00\""
        }) {
            assertThat(accepts(strings, string.getBytes(StandardCharsets.UTF_8)))
                    .as(string)
                    .isTrue();
        }
        for (String string :
                new String[] {"\"\"", "\"ab\"", "\"\n\"", "\"\"\"", "\"\\\"", "a", "\"\\u0020\"", "\"\\x\""}) {
            assertThat(accepts(strings, string.getBytes(StandardCharsets.UTF_8)))
                    .as(string)
                    .isFalse();
        }
    }

    /** The UTF-8 encoding of a code point; surrogates are encoded as if they were characters. */
    private static byte[] raw(int c) {
        if (c < 0x80) {
            return new byte[] {(byte) c};
        }
        if (c < 0x800) {
            return new byte[] {(byte) (0xC0 | c >> 6), (byte) (0x80 | c & 63)};
        }
        if (c < 0x10000) {
            return new byte[] {(byte) (0xE0 | c >> 12), (byte) (0x80 | c >> 6 & 63), (byte) (0x80 | c & 63)};
        }
        return new byte[] {
            (byte) (0xF0 | c >> 18), (byte) (0x80 | c >> 12 & 63), (byte) (0x80 | c >> 6 & 63), (byte) (0x80 | c & 63)
        };
    }

    private static boolean accepts(ByteAutomaton automaton, byte[] bytes) {
        int state = 0;
        for (byte b : bytes) {
            state = automaton.next(state, b);
            if (state == ByteAutomaton.DEAD) {
                return false;
            }
        }
        return automaton.isAccepting(state);
    }
}
