package dev.tidar.text.tokenizer.unicode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.TestGrid;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** By default at the edges of all ranges, where a wrong range shows; on the full grid at every code point. */
@DisplayName("The tables of characters say what the Hugging Face library says")
class UnicodeTablesTest {

    private static final Map<String, Integer> CLASSES = Map.of(
            "Lu", CharacterClass.UPPERCASE_LETTER,
            "Ll", CharacterClass.LOWERCASE_LETTER,
            "Lt", CharacterClass.TITLECASE_LETTER,
            "Lm", CharacterClass.MODIFIER_LETTER,
            "Lo", CharacterClass.OTHER_LETTER,
            "M", CharacterClass.MARK,
            "N", CharacterClass.NUMBER,
            "P", CharacterClass.PUNCTUATION,
            "S", CharacterClass.SYMBOL,
            "L", CharacterClass.LETTER);

    @Test
    void ofClasses() {
        CLASSES.forEach((name, classes) -> {
            IntPredicate ours = c -> CharacterClass.is(c, classes);
            BitSet asked = edges(ours);
            assertThat(UnicodeTables.matching("\\p{" + name + "}", asked::get))
                    .as(name)
                    .isEqualTo(members(asked, ours));
        });
        IntPredicate space = c -> CharacterClass.is(c, CharacterClass.SPACE);
        BitSet asked = edges(space);
        assertThat(UnicodeTables.matching("\\s", asked::get)).isEqualTo(members(asked, space));
    }

    @Test
    void ofWordsAndDigits() {
        BitSet words = edges(CharacterClass::isWord);
        words.clear('Q'); // spells the token that it is asked about with
        BitSet digits = edges(CharacterClass::isNumeric);
        digits.clear(0x2581);

        assertThat(UnicodeTables.words(words::get)).isEqualTo(members(words, CharacterClass::isWord));
        assertThat(UnicodeTables.numeric(digits::get)).isEqualTo(members(digits, CharacterClass::isNumeric));
    }

    @ParameterizedTest
    @EnumSource
    void ofSingleCharacters(Form form) {
        List<String> texts = new ArrayList<>();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c += c < 0x3000 ? 1 : TestGrid.sizeOfLongest(37, 1)) {
            if (c != '\n' && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)) {
                texts.add(Character.toString(c));
            }
        }
        agree(form, texts);
    }

    @ParameterizedTest
    @EnumSource
    void ofCombiningCharacters(Form form) {
        SplittableRandom random = new SplittableRandom(20261130);
        int[] characters = active();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < TestGrid.sizeOfLongest(4_000, 200_000); i++) {
            StringBuilder text = new StringBuilder();
            int length = i % 100 == 0 ? 80 : 6; // long runs are sorted by us, short ones by the JDK
            for (int k = 0; k < length; k++) {
                text.appendCodePoint(characters[random.nextInt(characters.length)]);
            }
            texts.add(text.toString());
        }
        agree(form, texts);
    }

    private static void agree(Form form, List<String> texts) {
        List<String> expected = UnicodeTables.normalized(form.name(), texts);
        for (int i = 0; i < texts.size(); i++) {
            StringBuilder made = new StringBuilder();
            NormalForm.append(made, texts.get(i), form);
            assertThat(made.toString()).as(texts.get(i)).isEqualTo(expected.get(i));
        }
    }

    /** Characters that change with their neighbours, and some that later versions of Unicode have added. */
    private static int[] active() {
        BitSet active = new BitSet();
        for (int c = 0; c < 0x20000; c++) {
            active.set(c, !NormalForm.begins(c) && c % 3 == 0);
        }
        "aAeiou<=\u00e9\u1100\u1161\u11a8\uac00\ufb1d\u0f73\u0344\u0958\uff9e\uff76\ufdfa\u212b\u07fd\u0301\u0316\u0345\u0323"
                .codePoints()
                .forEach(active::set);
        active.set(0x11938);
        active.set(0x16124);
        active.set(0x105D2);
        return active.stream().toArray();
    }

    private static BitSet members(BitSet asked, IntPredicate ours) {
        BitSet members = new BitSet();
        asked.stream().filter(ours).forEach(members::set);
        return members;
    }

    /** Returns the code points next to which membership changes; on the full grid all. */
    private static BitSet edges(IntPredicate ours) {
        BitSet edges = new BitSet();
        for (int c = 0; c < Character.MAX_CODE_POINT; c++) {
            if (TestGrid.sizeOfLongest(0, 1) == 1 || ours.test(c) != ours.test(c + 1)) {
                edges.set(c, c + 2);
            }
        }
        edges.clear(Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1);
        return edges;
    }
}
