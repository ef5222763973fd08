package dev.tidar.cli.bench;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the prompts of a bench. */
public final class Prompts {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String BUILT_IN = "prompts.txt";

    private Prompts() {}

    /**
     * The first prompts of a file, or of the built-in list.
     *
     * <p>A file whose name ends in {@code .jsonl} has one JSON object on each line with one of {@code chat} or
     * {@code question} (a user's message), {@code turns} (its first entry is a user's message), {@code prompt} (text to
     * continue) or {@code token_ids}. Any other file has one user message on each line.
     *
     * @param file the file, or null for the built-in list
     * @param chat whether the model has a chat template; without one, messages become text to continue
     * @param limit prompts at most
     */
    public static List<NamedPrompt> read(@Nullable Path file, boolean chat, int limit) {
        String name = file == null ? "built-in prompts" : file.toString();
        List<String> lines = file == null ? builtInTexts() : linesOf(file);
        boolean json = name.endsWith(".jsonl");
        var prompts = new ArrayList<NamedPrompt>();
        for (int i = 0; i < lines.size() && prompts.size() < limit; i++) {
            String line = lines.get(i);
            if (!line.isBlank()) {
                String place = "%s, line %d".formatted(name, i + 1);
                prompts.add(new NamedPrompt(place, json ? parse(line, place, chat) : message(line, chat)));
            }
        }
        if (prompts.isEmpty()) {
            throw new InvalidRequestException(name + " must hold at least one prompt, but holds none");
        }
        return prompts;
    }

    private static Prompt parse(String line, String place, boolean chat) {
        JsonNode object;
        try {
            object = JSON.readTree(line);
        } catch (JacksonException e) {
            throw new InvalidRequestException(place + " must be a JSON object: " + e.getOriginalMessage(), e);
        }
        if (object.path("token_ids").isArray()) {
            return new Prompt.Tokens(tokenIds(object.path("token_ids"), place));
        }
        for (String key : List.of("chat", "question")) {
            if (object.path(key).isString()) {
                return message(object.path(key).stringValue(), chat);
            }
        }
        if (object.path("turns").path(0).isString()) {
            return message(object.path("turns").path(0).stringValue(), chat);
        }
        if (object.path("prompt").isString()) {
            return new Prompt.Text(object.path("prompt").stringValue());
        }
        throw new InvalidRequestException(place + " must have one of chat, question, turns, prompt, token_ids");
    }

    private static List<Integer> tokenIds(JsonNode array, String place) {
        if (!array.valueStream().allMatch(JsonNode::isInt)) {
            throw new InvalidRequestException(place + ": token_ids must be whole numbers of 32 bits");
        }
        return array.valueStream().map(JsonNode::intValue).toList();
    }

    private static Prompt message(String text, boolean chat) {
        return chat ? new Prompt.Chat(List.of(ChatMessage.user(text))) : new Prompt.Text(text);
    }

    private static List<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new InvalidRequestException(
                    "--prompts must be a readable UTF-8 file, but %s is not: %s".formatted(file, e), e);
        }
    }

    /** The built-in prompts, as users wrote them. */
    public static List<String> builtInTexts() {
        try (InputStream in = Prompts.class.getResourceAsStream(BUILT_IN)) {
            if (in == null) {
                throw new IllegalStateException(BUILT_IN + " must be beside " + Prompts.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
