package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@DisplayName("A tokenizer.json is rejected")
class TokenizerFileTest {

    @TempDir
    private Path folder;

    @Test
    void whenItIsNotJson() throws IOException {
        rejects("oops", Fault.CORRUPT, "tokenizer.json must be JSON, but is not: ");
    }

    @Test
    void whenItIsAWebPage() throws IOException {
        rejects("<html>", Fault.NOT_A_CHECKPOINT, "tokenizer.json must be JSON, but this is an HTML page");
    }

    @Test
    void whenItIsCutOff() throws IOException {
        String json = Fixtures.tokenizerJson("stories260k-tidar").toString();

        rejects(json.substring(0, json.length() / 2), Fault.CORRUPT, "tokenizer.json must be JSON, but is not: ");
    }

    @Test
    void whenItIsAPointerToLargeFileStorage() throws IOException {
        rejects(
                "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
                Fault.NOT_A_CHECKPOINT,
                "is a pointer to large-file storage: fetch the file itself (git lfs pull)");
    }

    @Test
    void whenItNestsTooDeep() throws IOException {
        rejects("{\"a\":" + "[".repeat(100_000), Fault.CORRUPT, "tokenizer.json must be JSON, but is not: ");
    }

    @Test
    void whenItIsAnArray() throws IOException {
        rejects("[]", Fault.CORRUPT, "tokenizer.json must hold a JSON object, but does not");
    }

    @Test
    void whenItIsNotUtf8() throws IOException {
        Files.write(file(), "{\"a\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));

        rejects(Fault.CORRUPT, "tokenizer.json must be UTF-8, but is not");
    }

    @Test
    void whenItIsTooLarge() throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(file().toFile(), "rw")) {
            sparse.setLength((64L << 20) + 1);
        }

        rejects(Fault.CORRUPT, "tokenizer.json must have at most 67108864 bytes, but has 67108865");
    }

    @Test
    void whenItIsEmpty() throws IOException {
        rejects("{}", Fault.UNSUPPORTED, "model.type must be BPE, but is nothing");
    }

    @Test
    void whenItsModelIsOfAnotherKind() throws IOException {
        rejects(
                json -> model(json).put("type", "Unigram"),
                Fault.UNSUPPORTED,
                "model.type must be BPE, but is Unigram");
    }

    @Test
    void whenItHasNoVocabulary() throws IOException {
        rejects(
                json -> model(json).putArray("vocab"),
                Fault.CORRUPT,
                "model.vocab must be an object of tokens and ids");
    }

    @Test
    void whenATokenStandsInItTwice() throws IOException {
        String json = Fixtures.tokenizerJson("stories260k-tidar").toString();

        rejects(json.replace("\"<unk>\":0", "\"<unk>\":0,\"<unk>\":700"), Fault.CORRUPT, "<unk>");
    }

    @Test
    void whenTwoTokensShareAnId() throws IOException {
        rejects(
                json -> vocabulary(json).put("twin", 300),
                Fault.CORRUPT,
                "model.vocab: id 300 must belong to one token, but belongs to \"");
    }

    @Test
    void whenAnAddedTokenTakesTheIdOfAnother() throws IOException {
        rejects(
                json -> added(json).addObject().put("id", 300).put("content", "<new>"),
                Fault.CORRUPT,
                "added_tokens: id 300 must belong to one token, but belongs to \"");
    }

    @Test
    void whenAnAddedTokenHasAnotherIdInTheVocabulary() throws IOException {
        rejects(
                json -> ((ObjectNode) added(json).get(3)).put("id", 900),
                Fault.CORRUPT,
                "added_tokens: \"<mask>\" must have one id, but has 512 and 900");
    }

    @Test
    void whenAnAddedTokenHasNoContent() throws IOException {
        rejects(
                json -> added(json).addObject().put("id", 900).put("content", ""),
                Fault.CORRUPT,
                "added_tokens must have a content each, but one has none: 900");
    }

    @Test
    void whenAnIdIsNoSensibleNumber() throws IOException {
        for (Consumer<ObjectNode> id : List.<Consumer<ObjectNode>>of(
                v -> v.put("x", -1),
                v -> v.put("x", 1L << 40),
                v -> v.put("x", 1.5),
                v -> v.put("x", "7"),
                v -> v.putNull("x"))) {
            rejects(
                    json -> id.accept(vocabulary(json)),
                    Fault.CORRUPT,
                    "model.vocab: the id of \"x\" must be an integer in [0, 16777215], but is ");
        }
    }

    @Test
    void whenAMergeNamesAnUnknownToken() throws IOException {
        rejects(
                json -> ((ArrayNode) model(json).path("merges"))
                        .addArray()
                        .add("nowhere")
                        .add("else"),
                Fault.CORRUPT,
                "model.merges[165] must name tokens of the vocabulary, but names nowhere");
    }

    @Test
    void whenItsDecoderIsUnknown() throws IOException {
        rejects(
                json -> json.putObject("decoder").put("type", "WordPiece"),
                Fault.UNSUPPORTED,
                "decoder must be ByteLevel, or a Sequence of Replace, ByteFallback, Fuse and Strip, but is WordPiece");
        rejects(json -> json.putNull("decoder"), Fault.UNSUPPORTED, "Fuse and Strip, but is missing");
    }

    @Test
    void whenItsConfigAsksForABeginTokenThatItDoesNotHave() throws IOException {
        Files.writeString(file(), Fixtures.tokenizerJson("stories260k-tidar").toString());
        Path config = folder.resolve("tokenizer_config.json");

        Files.writeString(config, "{\"add_bos_token\": true}");
        rejects(Fault.CORRUPT, "add_bos_token must come with a bos_token of the vocabulary, but bos_token is missing");
        Files.writeString(config, "{\"add_bos_token\": true, \"bos_token\": \"<bos>\"}");
        rejects(Fault.CORRUPT, "but bos_token is unknown to tokenizer.json");
        Files.writeString(config, "{\"add_bos_token\": \"yes\"}");
        rejects(Fault.CORRUPT, "tokenizer_config.json: add_bos_token must be true or false, but is \"yes\"");
    }

    @Test
    void notForGapsBetweenItsIds() throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        vocabulary(json).put("beyond", 5000);
        Files.writeString(file(), json.toString());

        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        assertThat(tokenizer.size()).isEqualTo(5001);
        assertThat(tokenizer.decode(new int[] {5000, 4999})).isEqualTo("beyond");
    }

    @Test
    void notForAnAddedTokenThatLooksLikeARegularExpression() throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        added(json).addObject().put("id", 513).put("content", "(a+)+[^b]*$").put("special", true);
        Files.writeString(file(), json.toString());

        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        assertThat(tokenizer.encode(PromptText.trusted("(a+)+[^b]*$aaaa"))).startsWith(513);
        assertThat(tokenizer.encode(PromptText.trusted("aaaa"))).doesNotContain(513);
    }

    private void rejects(Consumer<ObjectNode> change, Fault fault, String message) throws IOException {
        ObjectNode json = Fixtures.tokenizerJson("stories260k-tidar");
        change.accept(json);
        rejects(json.toString(), fault, message);
    }

    private void rejects(String json, Fault fault, String message) throws IOException {
        Files.writeString(file(), json);
        rejects(fault, message);
    }

    private void rejects(Fault fault, String message) {
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOfSatisfying(
                        InvalidModelException.class, e -> assertThat(e.fault()).isEqualTo(fault))
                .hasMessageStartingWith(folder.toString())
                .hasMessageContaining(message);
    }

    private Path file() {
        return folder.resolve("tokenizer.json");
    }

    private static ObjectNode model(ObjectNode json) {
        return (ObjectNode) json.path("model");
    }

    private static ObjectNode vocabulary(ObjectNode json) {
        return (ObjectNode) model(json).path("vocab");
    }

    private static ArrayNode added(ObjectNode json) {
        return (ArrayNode) json.path("added_tokens");
    }
}
