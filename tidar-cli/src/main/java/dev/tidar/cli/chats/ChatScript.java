package dev.tidar.cli.chats;

import dev.tidar.api.InvalidRequestException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * The messages of users: several chats of several turns after the same system text, and prompts that stand alone.
 *
 * @param system system text of every chat
 * @param chats messages of the user in each chat, turn by turn
 * @param oneShots prompts without the system text and without a second turn
 */
public record ChatScript(String system, List<List<String>> chats, List<String> oneShots) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();
    private static final String BUILT_IN = "chats.json";

    public ChatScript {
        chats = chats.stream().map(List::copyOf).toList();
        oneShots = List.copyOf(oneShots);
        if (chats.isEmpty() || chats.stream().anyMatch(List::isEmpty)) {
            throw new InvalidRequestException("a script must have chats, and each of them a turn");
        }
    }

    /** One request of the script: the next turn of a chat, or a prompt that stands alone. */
    sealed interface Entry {
        record Turn(int chat, int turn) implements Entry {}

        record OneShot(int index) implements Entry {}
    }

    /** Reads a file, or the built-in script of 8 chats of 6 turns, in which 30 % of the requests stand alone. */
    public static ChatScript read(@Nullable Path file) {
        String name = file == null ? "built-in script" : file.toString();
        try (InputStream in = file == null ? builtIn() : Files.newInputStream(file)) {
            return JSON.readValue(in, ChatScript.class);
        } catch (JacksonException e) {
            throw new InvalidRequestException(
                    name + " must be {\"system\": text, \"chats\": [[text, ...], ...], \"one_shots\": [text, ...]}: "
                            + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new InvalidRequestException(
                    "--script must be a readable file, but %s is not: %s".formatted(name, e), e);
        }
    }

    private static InputStream builtIn() {
        InputStream in = ChatScript.class.getResourceAsStream(BUILT_IN);
        if (in == null) {
            throw new UncheckedIOException(new IOException(BUILT_IN + " must be beside " + ChatScript.class));
        }
        return in;
    }

    /** All requests in a random order that keeps the turns of each chat in order. */
    List<Entry> shuffled(long seed) {
        List<Integer> order = new ArrayList<>();
        for (int chat = 0; chat < chats.size(); chat++) {
            order.addAll(Collections.nCopies(chats.get(chat).size(), chat));
        }
        order.addAll(Collections.nCopies(oneShots.size(), chats.size()));
        Collections.shuffle(order, new Random(seed));
        int[] next = new int[chats.size() + 1];
        Stream<Entry> entries =
                order.stream().map(i -> i < chats.size() ? new Entry.Turn(i, next[i]++) : new Entry.OneShot(next[i]++));
        return entries.toList();
    }
}
