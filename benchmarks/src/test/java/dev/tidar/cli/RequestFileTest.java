package dev.tidar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A file of requests")
class RequestFileTest {

    private static final RequestSettings DEFAULTS =
            new RequestSettings(99, 0.5, OptionalLong.of(11), true, DecodeMode.TWO_PASS, OptionalInt.of(4), Set.of());

    @TempDir
    private Path folder;

    @Test
    void startsFromAMessageATextIdsOrAConversation() throws IOException {
        assertThat(read("""
                        {"id": 1, "chat": "Hello"}
                        {"id": 2, "prompt": "Once upon"}
                        {"id": 3, "token_ids": [1, 2]}
                        {"id": 4, "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]}
                        """).stream().map(r -> r.request().prompt()))
                .containsExactly(
                        new Prompt.Chat(List.of(ChatMessage.user("Hello"))),
                        new Prompt.Text("Once upon"),
                        new Prompt.Tokens(List.of(1, 2)),
                        new Prompt.Chat(List.of(ChatMessage.system("Be brief."), ChatMessage.user("Hi"))));
    }

    @Test
    void setsWhatALineSays() throws IOException {
        GenerationRequest request = read("""
                        {"id": "a", "chat": "Hello", "max_tokens": 8, "temperature": 0, "seed": -3, "ignore_eos": false,\
                         "mode": "single-pass", "draft_length": 8, "outcomes": [1, 8], "cache_salt": "tenant"}
                        """).get(0).request();

        assertThat(request.maxTokens()).hasValue(8);
        assertThat(request.temperature()).hasValue(0);
        assertThat(request.seed()).hasValue(-3);
        assertThat(request.ignoreStopIds()).isFalse();
        assertThat(request.decoding()).hasValue(new Decoding(DecodeMode.SINGLE_PASS, OptionalInt.of(8), Set.of(1, 8)));
        assertThat(request.cacheSalt()).hasValue("tenant");
    }

    @Test
    void takesFromTheOptionsWhatALineLeavesOpen() throws IOException {
        GenerationRequest request =
                read("{\"id\": \"a\", \"chat\": \"Hello\"}").get(0).request();

        assertThat(request).isEqualTo(DEFAULTS.request(request.prompt()).build());
        assertThat(request.cacheSalt()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"chat\": \"SECRET\"} | id must be a text or a whole number, but is missing",
                "{\"id\": \"\", \"chat\": \"SECRET\"} | id must be",
                "{\"id\": 1.5, \"chat\": \"SECRET\"} | id must be",
                "{\"id\": 1} | exactly one of chat, prompt, token_ids, messages, but has none",
                "{\"id\": 1, \"chat\": \"SECRET\", \"prompt\": \"SECRET\"} | but has chat and prompt",
                "{\"id\": 1, \"chat\": \"SECRET\", \"max_token\": 2} | unknown key 'max_token'; known are cache_salt, chat",
                "{\"id\": 1, \"chat\": 7} | chat must be a text, but is 7",
                "{\"id\": 1, \"prompt\": null} | prompt must be a text, but is null",
                "{\"id\": 1, \"token_ids\": [1, 1.5]} | token_ids must be a list",
                "{\"id\": 1, \"token_ids\": []} | token_ids must be a list",
                "{\"id\": 1, \"messages\": []} | messages must be a list of at least one",
                "{\"id\": 1, \"messages\": [{\"role\": \"user\"}]} | a message must be",
                "{\"id\": 1, \"messages\": [{\"role\": \"user\", \"content\": \"SECRET\", \"name\": \"x\"}]} | unknown key 'name'",
                "{\"id\": 1, \"chat\": \"SECRET\", \"max_tokens\": 0} | max tokens must be at least 1, but is 0",
                "{\"id\": 1, \"chat\": \"SECRET\", \"max_tokens\": \"8\"} | max_tokens must be a whole number of 32 bits, but is a text",
                "{\"id\": 1, \"chat\": \"SECRET\", \"temperature\": -1} | temperature must be 0 or in",
                "{\"id\": 1, \"chat\": \"SECRET\", \"seed\": 1e30} | seed must be a whole number of 64 bits",
                "{\"id\": 1, \"chat\": \"SECRET\", \"ignore_eos\": 1} | ignore_eos must be true or false",
                "{\"id\": 1, \"chat\": \"SECRET\", \"mode\": \"fast\"} | mode must be one of",
                "{\"id\": 1, \"chat\": \"SECRET\", \"draft_length\": 1} | draft length must be in [2, 32]",
                "{\"id\": 1, \"chat\": \"SECRET\", \"outcomes\": [5]} | outcomes must be",
                "{\"id\": 1, \"chat\": \"SECRET\", \"cache_salt\": \"\"} | cache salt must have",
                "{\"id\": 1, \"id\": 2, \"chat\": \"SECRET\"} | must be a JSON object",
                "{\"id\": 1, \"chat\": \"SECRET\"} true | must be a JSON object",
                "[1] | must be a JSON object",
                "not json | must be a JSON object"
            })
    void refusesABadLineByItsNumberAndWithoutItsText(String line, String named) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> read("\n{\"id\": \"good\", \"chat\": \"Hello\"}\n" + line + "\n"))
                .withMessageContaining("requests.jsonl, line 3: ")
                .withMessageContaining(named)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("SECRET"));
    }

    @Test
    void refusesAnIdThatAnotherLineHas() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> read("""
                        {"id": "a", "chat": "Hello"}
                        {"id": "b", "chat": "Hello"}
                        {"id": "a", "chat": "Hello"}
                        """))
                .withMessageContaining("line 3: id must be unique, but line 1 has \"a\" already");
    }

    @Test
    void refusesToBeEmpty() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> read("\n \n"))
                .withMessageContaining("at least one request");
    }

    @Test
    void refusesBytesThatAreNotUtf8() throws IOException {
        Path file = Files.write(folder.resolve("requests.jsonl"), new byte[] {'{', (byte) 0xff});

        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> RequestFile.read(file.toString(), DEFAULTS))
                .withMessageContaining("UTF-8");
    }

    private List<BatchRequest> read(String lines) throws IOException {
        Path file = Files.writeString(folder.resolve("requests.jsonl"), lines);
        return RequestFile.read(file.toString(), DEFAULTS);
    }
}
