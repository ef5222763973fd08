package dev.tidar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one command left after.
 *
 * @param exitCode its exit code
 * @param out standard output
 * @param err standard error
 */
record Cli(int exitCode, String out, String err) {

    /** The model that the engine's tests use: a quarter of a million parameters, no chat template. */
    static final String STORIES = "../tidar-engine/src/test/resources/models/stories260k-tidar";

    /** What an independent implementation decodes with {@link #STORIES}; see the provenance in its folder. */
    static final JsonNode ORACLE =
            new JsonMapper().readTree(Path.of(STORIES, "expected.json").toFile());

    /** Runs a command in this JVM. */
    static Cli tidar(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exitCode = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Cli(exitCode, out.toString(), err.toString());
    }

    /** Generates with {@link #STORIES} and {@code --json}. */
    static JsonNode generated(String... args) {
        String[] all = Stream.concat(Stream.of("generate", "--model", STORIES, "--json"), Stream.of(args))
                .toArray(String[]::new);
        return tidar(all).json();
    }

    /** Standard output, which must be one JSON object and nothing else. */
    JsonNode json() {
        assertThat(exitCode).as(err).isZero();
        assertThat(out.lines()).as("lines on standard output").hasSize(1);
        JsonNode object = new JsonMapper().readTree(out);
        assertThat(object.isObject()).as(out).isTrue();
        return object;
    }

    static List<Integer> integers(JsonNode array) {
        return array.valueStream().map(JsonNode::intValue).toList();
    }
}
