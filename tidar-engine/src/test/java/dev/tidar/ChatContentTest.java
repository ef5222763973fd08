package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What conversations bring, seen at the engine's border; numbers are rows of the list of bad inputs. What becomes of
 * control tokens and template text in messages (D68 to D72) is in ControlTokenTest and ChatTemplateTest.
 */
@DisplayName("A conversation")
class ChatContentTest {

    private static final String CLEF = "\ud834\udd1e";

    private static TidarEngine engine;

    @BeforeAll
    static void load(@TempDir Path temp) throws IOException {
        engine = ChatFolder.load(temp.resolve("chat"), "");
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    static Stream<Arguments> rejected() {
        return Stream.of(
                Arguments.of("D65 without messages", List.of(), "must have 1 to 2048 messages, but has 0"),
                Arguments.of(
                        "D66 whose role is no word",
                        List.of(new ChatMessage("<|im_start|>", "Hello")),
                        "the role of message 0 must be a word"),
                Arguments.of("D75 of 2,000,000 letters", user("a".repeat(2_000_000)), "at most 524288 characters"),
                Arguments.of("D76 of 200,000 spaces", user(" ".repeat(200_000)), "a context of 4096 has room"),
                Arguments.of("D76 of 100,000 lines", user("\n".repeat(100_000)), "a context of 4096 has room"),
                Arguments.of("D77 that leaves no room", user("\u00e9".repeat(4_096)), "a context of 4096 has room"),
                Arguments.of(
                        "D79 of 10,000 messages",
                        Collections.nCopies(10_000, ChatMessage.user("a")),
                        "must have 1 to 2048 messages, but has 10000"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rejected")
    void isRejectedBeforeAnyWork(String name, List<ChatMessage> messages, String why) {
        long before = engine.status().totals().promptTokens();

        assertThatThrownBy(() -> run(messages))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(why);
        assertThat(engine.status().totals().promptTokens()).isEqualTo(before);
    }

    static Stream<Arguments> answered() {
        return Stream.of(
                Arguments.of("D65 of a system message alone", List.of(ChatMessage.system("Be brief."))),
                Arguments.of(
                        "D66 with two system messages",
                        List.of(
                                ChatMessage.system("Be brief."),
                                ChatMessage.system("Be kind."),
                                ChatMessage.user("a"))),
                Arguments.of("D66 with a role of its own", List.of(new ChatMessage("pirate", "Ahoy"))),
                Arguments.of("D67 without text", user("")),
                Arguments.of("D67 of spaces", user("   ")),
                Arguments.of("D67 of a space of no width", user("\u200b")),
                Arguments.of("D74 of control characters and marks", user("\u0000\u202e\ufeff" + "\u0301".repeat(500))),
                Arguments.of("D76 of one emoji, many times", user("\ud83d\ude00".repeat(400))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answered")
    void isAnswered(String name, List<ChatMessage> messages) throws InterruptedException {
        assertThat(run(messages).tokens()).isNotEmpty();
    }

    @Test
    @DisplayName("D73 with a lone surrogate has one U+FFFD in its place")
    void mendsLoneSurrogates() throws InterruptedException {
        GenerationResult lone = run(user("a\ud800b" + CLEF));
        GenerationResult mended = run(user("a\ufffdb" + CLEF));

        assertThat(lone.stats().promptTokens()).isEqualTo(mended.stats().promptTokens());
        assertThat(lone.tokens()).isEqualTo(mended.tokens());
    }

    private static List<ChatMessage> user(String text) {
        return List.of(ChatMessage.user(text));
    }

    private static GenerationResult run(List<ChatMessage> messages) throws InterruptedException {
        return engine.submit(
                        GenerationRequest.builder(new Prompt.Chat(messages))
                                .maxTokens(4)
                                .temperature(0)
                                .build(),
                        GenerationListener.NONE)
                .await();
    }
}
