package dev.tidar.cli.chats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.cli.chats.ChatScript.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A script of chats")
class ChatScriptTest {

    private static final ChatScript BUILT_IN = ChatScript.read(null);

    @TempDir
    private Path folder;

    @Test
    void isBuiltInWithEightChatsOfSixTurnsAndThirtyPerCentThatStandAlone() {
        double requests = BUILT_IN.shuffled(1).size();

        assertThat(BUILT_IN.chats())
                .hasSize(8)
                .allSatisfy(chat -> assertThat(chat).hasSize(6));
        assertThat(BUILT_IN.oneShots().size() / requests).isBetween(0.295, 0.305);
    }

    @Test
    void playsEveryTurnOnceAndThoseOfAChatInOrder() {
        List<Entry> entries = BUILT_IN.shuffled(7);

        assertThat(entries).doesNotHaveDuplicates().hasSize(8 * 6 + 21);
        for (int chat = 0; chat < 8; chat++) {
            int c = chat;
            assertThat(entries.stream()
                            .filter(e -> e instanceof Entry.Turn turn && turn.chat() == c)
                            .map(e -> ((Entry.Turn) e).turn()))
                    .containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void hasTheOrderOfItsSeed() {
        assertThat(BUILT_IN.shuffled(1)).isEqualTo(BUILT_IN.shuffled(1)).isNotEqualTo(BUILT_IN.shuffled(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "{\"system\": \"s\", \"chats\": [], \"one_shots\": []}",
                "{\"system\": \"s\", \"chats\": [[]], \"one_shots\": []}",
                "{\"system\": \"s\", \"chats\": [[\"a\"]]}",
                "{\"chats\": [[\"a\"]], \"one_shots\": []}",
                "{\"system\": \"s\", \"chats\": [[\"a\"]], \"one_shots\": [], \"more\": 1}"
            })
    void isRejectedWhereItIsNone(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("script.json"), text);

        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> ChatScript.read(file));
    }
}
