package dev.tidar.cli;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.json.Json;
import dev.tidar.text.tokenizer.PromptText;
import dev.tidar.text.tokenizer.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Shows what the tokenizer of a folder makes of texts. It reads no other file of the folder. */
@Command(name = "tokens", description = "Show the token ids of texts, and the text that the ids stand for.")
final class TokensCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ModelPlace place = new ModelPlace();

    @Option(
            names = "--lines",
            required = true,
            paramLabel = "FILE",
            description = "A JSON string a line; - reads standard input.")
    private @Nullable String lines;

    @Option(names = "--special", description = "Markers in the texts are the tokens that they name, not plain text.")
    private boolean special;

    @Override
    public Integer call() {
        Path folder = place.folder();
        String file = Objects.requireNonNull(lines, "--lines");
        Tokenizer tokenizer = Tokenizer.load(folder)
                .orElseThrow(() ->
                        new InvalidRequestException("%s must have a tokenizer.json, but has none".formatted(folder)));
        PrintWriter out = Output.of(spec);
        List<String> texts = TextLines.of("--lines", file);
        for (int i = 0; i < texts.size(); i++) {
            if (!texts.get(i).isBlank()) {
                JsonOutput.print(out, tokens(tokenizer, text(texts.get(i), i + 1)));
            }
        }
        return 0;
    }

    private ObjectNode tokens(Tokenizer tokenizer, String text) {
        int[] ids = tokenizer.encode(special ? PromptText.trusted(text) : PromptText.user(text));
        var whole = tokenizer.detokenizer(tokenizer.addedTokens().keySet());
        StringBuilder decoded = new StringBuilder();
        ObjectNode line = Json.object();
        ArrayNode list = line.putArray("ids");
        for (int id : ids) {
            list.add(id);
            decoded.append(whole.accept(id));
        }
        return line.put("text", decoded.append(whole.finish()).toString());
    }

    private static String text(String line, int number) {
        try {
            JsonNode text = Json.read(line);
            if (text.isString()) {
                return text.asString();
            }
        } catch (JacksonException e) {
            throw new InvalidRequestException(
                    "--lines must have a JSON string a line, but line %d is none: %s"
                            .formatted(number, Json.describe(e)),
                    e);
        }
        throw new InvalidRequestException(
                "--lines must have a JSON string a line, but line %d is none".formatted(number));
    }
}
