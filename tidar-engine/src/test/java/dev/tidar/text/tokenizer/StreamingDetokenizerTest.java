package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A streaming detokenizer")
class StreamingDetokenizerTest {

    private static final List<Tokenizer> OPENED = new ArrayList<>();

    private static final Tokenizer SMOLLM2 = open("smollm2-tokenizer");
    private static final Tokenizer QWEN3 = open("qwen3-tokenizer");
    private static final Tokenizer STORIES = open("stories260k-tidar");

    private static final List<HuggingFaceTokenizer> PLAIN =
            Fixtures.TOKENIZERS.stream().map(Fixtures::plain).toList();

    private static Tokenizer open(String name) {
        Tokenizer tokenizer = Fixtures.load(name);
        OPENED.add(tokenizer);
        return tokenizer;
    }

    @AfterAll
    static void close() {
        PLAIN.forEach(HuggingFaceTokenizer::close);
    }

    static Stream<Arguments> tokenizersAndSeeds() {
        return Fixtures.TOKENIZERS.stream()
                .flatMap(name -> IntStream.rangeClosed(1, 40).mapToObj(seed -> Arguments.of(name, seed)));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("tokenizersAndSeeds")
    void handsOutWhatDecodingAllIdsGivesInWholeCharacters(String name, long seed) {
        Tokenizer tokenizer = OPENED.get(Fixtures.TOKENIZERS.indexOf(name));
        int[] ids = randomIds(tokenizer, seed);
        StreamingDetokenizer detokenizer = tokenizer.detokenizer();
        StringBuilder streamed = new StringBuilder();

        for (int id : ids) {
            String text = detokenizer.accept(id);
            assertThat(text.codePoints()).noneMatch(StreamingDetokenizerTest::isSurrogate);
            streamed.append(text);
        }
        streamed.append(detokenizer.finish());

        assertThat(streamed).hasToString(tokenizer.decode(ids));
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @MethodSource("tokenizersAndSeeds")
    void agreesWithTheHuggingFaceLibrary(String name, long seed) {
        Tokenizer tokenizer = OPENED.get(Fixtures.TOKENIZERS.indexOf(name));
        int[] ids = randomIds(tokenizer, seed);
        if (tokenizer == STORIES) {
            // The library gives up a whole run of byte tokens for one bad byte; see the test for bad runs below.
            ids = IntStream.of(ids).filter(id -> id < 131 || id >= 259).toArray();
        }

        HuggingFaceTokenizer plain = PLAIN.get(Fixtures.TOKENIZERS.indexOf(name));
        assertThat(tokenizer.decode(ids, false)).isEqualTo(Fixtures.decode(plain, ids, true));
        assertThat(tokenizer.decode(ids, true)).isEqualTo(Fixtures.decode(plain, ids, false));
    }

    @Test
    void holdsACharacterBackUntilItsLastByteHasCome() {
        int[] ids = SMOLLM2.encode("\uD83D\uDE00");
        assertThat(ids).hasSizeGreaterThan(1);
        StreamingDetokenizer detokenizer = SMOLLM2.detokenizer();

        for (int i = 0; i < ids.length - 1; i++) {
            assertThat(detokenizer.accept(ids[i])).isEmpty();
        }
        assertThat(detokenizer.accept(ids[ids.length - 1])).isEqualTo("\uD83D\uDE00");
        assertThat(detokenizer.finish()).isEmpty();
    }

    @Test
    void endsAnUnfinishedCharacterWithOneReplacement() {
        StreamingDetokenizer detokenizer = STORIES.detokenizer();

        assertThat(detokenizer.accept(byteToken(0xF0))).isEmpty();
        assertThat(detokenizer.accept(byteToken(0x9F))).isEmpty();
        assertThat(detokenizer.finish()).isEqualTo("\uFFFD");
        assertThat(detokenizer.finish()).isEmpty();
    }

    @Test
    void keepsTheWholeCharactersOfABadRunOfByteTokens() {
        int[] ids = {byteToken('a'), byteToken(0xFF), byteToken('b'), byteToken(0xC3), byteToken(0xA9)};

        assertThat(STORIES.decode(ids)).isEqualTo("a\uFFFDb\u00e9");
    }

    @Test
    void replacesEachLongestPrefixOfACharacterOnce() {
        // Table 3-11 of the Unicode standard: E1 80 E2 F0 91 92 F1 BF 41
        int[] ids = IntStream.of(0xE1, 0x80, 0xE2, 0xF0, 0x91, 0x92, 0xF1, 0xBF, 0x41)
                .map(StreamingDetokenizerTest::byteToken)
                .toArray();

        assertThat(STORIES.decode(ids)).isEqualTo("\uFFFD\uFFFD\uFFFD\uFFFDA");
    }

    @Test
    void neverDecodesAnEncodedSurrogate() {
        int[] ids = {byteToken(0xED), byteToken(0xA0), byteToken(0x80)};

        assertThat(STORIES.decode(ids)).isEqualTo("\uFFFD\uFFFD\uFFFD");
    }

    @Test
    void dropsTheSpaceThatASentencepieceTextBeginsWithAndNoOther() {
        int was = STORIES.idOf("\u2581was").orElseThrow();
        StreamingDetokenizer detokenizer = STORIES.detokenizer();

        assertThat(detokenizer.accept(was)).isEqualTo("was");
        assertThat(detokenizer.accept(was)).isEqualTo(" was");
    }

    @Test
    void saysNothingForAControlToken() {
        StreamingDetokenizer detokenizer = QWEN3.detokenizer();

        assertThat(detokenizer.accept(QWEN3.idOf("<|im_end|>").orElseThrow())).isEmpty();
        assertThat(detokenizer.finish()).isEmpty();
    }

    @Test
    void showsAnAddedTokenThatIsNotSpecial() {
        assertThat(QWEN3.detokenizer().accept(QWEN3.idOf("<think>").orElseThrow()))
                .isEqualTo("<think>");
    }

    @Test
    void saysNothingForAnIdInAGap() {
        int gap = IntStream.range(0, QWEN3.size())
                .filter(id -> QWEN3.decode(new int[] {id}, true).isEmpty())
                .findFirst()
                .orElseThrow();

        assertThat(QWEN3.detokenizer().accept(gap)).isEmpty();
    }

    @Test
    void rejectsAnIdThatTheTokenizerDoesNotHave() {
        StreamingDetokenizer detokenizer = STORIES.detokenizer();

        assertThatThrownBy(() -> detokenizer.accept(513)).hasMessage("token id must be in [0, 513), but is 513");
        assertThatThrownBy(() -> detokenizer.accept(-1)).hasMessage("token id must be in [0, 513), but is -1");
    }

    private static int byteToken(int octet) {
        return STORIES.idOf("<0x%02X>".formatted(octet)).orElseThrow();
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    /** A mix of any tokens, control tokens among them, and of tokens of one byte, so that characters break off. */
    private static int[] randomIds(Tokenizer tokenizer, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] low = IntStream.range(0, Math.min(tokenizer.size(), 400)).toArray();
        return IntStream.range(0, random.nextInt(1, 300))
                .map(i -> random.nextInt(3) == 0 ? random.nextInt(tokenizer.size()) : low[random.nextInt(low.length)])
                .toArray();
    }
}
