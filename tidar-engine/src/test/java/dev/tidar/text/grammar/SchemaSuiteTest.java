package dev.tidar.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.InvalidRequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("The schemas of JSON Schema's own test suite")
class SchemaSuiteTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Grammars GRAMMARS = new Grammars(Vocabularies.BYTES);

    /** Cases whose meaning changed after draft 4. */
    private static final List<String> OF_OTHER_DRAFTS = List.of("ref overrides any sibling keywords");

    /** A schema with values that it accepts and values that it rejects. */
    private record Case(String name, String schema, List<String> valid, List<String> invalid) {}

    @Test
    void allowNothingThatIsInvalid() {
        for (Case suiteCase : compiled()) {
            Grammar grammar = GRAMMARS.of(new AnswerFormat.JsonSchema(suiteCase.schema()));
            assertThat(suiteCase.invalid())
                    .as("%s: %s", suiteCase.name(), suiteCase.schema())
                    .noneMatch(instance -> Answers.allows(grammar, instance));
        }
    }

    @Test
    void allowWhatIsValidExceptForFormsThatAreNotGenerated() {
        int allowed = 0;
        int valid = 0;
        List<String> missed = new ArrayList<>();
        for (Case suiteCase : compiled()) {
            Grammar grammar = GRAMMARS.of(new AnswerFormat.JsonSchema(suiteCase.schema()));
            for (String instance : suiteCase.valid()) {
                valid++;
                if (Answers.allows(grammar, instance)) {
                    allowed++;
                } else {
                    missed.add(suiteCase.name() + ": " + instance);
                }
            }
        }
        assertThat(allowed).as("of %d, without %s", valid, missed).isGreaterThanOrEqualTo(ALLOWED);
    }

    @Test
    void endInTimeAndValidateWhateverTheModelPrefers() {
        for (Case suiteCase : compiled()) {
            Schema validator = Answers.validator(suiteCase.schema());
            Grammar grammar = new Grammars(Vocabularies.SPANNING).of(new AnswerFormat.JsonSchema(suiteCase.schema()));
            for (Answers.Model model : Answers.Model.values()) {
                double[] scores = model.scores(Vocabularies.SPANNING);
                int shortest = Math.max(1, grammar.start().shortestCompletion());
                for (int budget : new int[] {shortest, shortest + 3, shortest + 40}) {
                    String answer = Answers.generate(Vocabularies.SPANNING, grammar, budget, scores, 7);
                    assertThat(Answers.faults(validator, answer))
                            .as("%s, %s, %d tokens: %s", suiteCase.schema(), model, budget, answer)
                            .isEmpty();
                }
            }
        }
    }

    @Test
    void areMostlySupportedAndOtherwiseRejectedByName() {
        TreeMap<String, String> rejected = new TreeMap<>();
        int compiled = 0;
        for (Case suiteCase : cases()) {
            try {
                GRAMMARS.of(new AnswerFormat.JsonSchema(suiteCase.schema()));
                compiled++;
            } catch (InvalidRequestException e) {
                rejected.put(suiteCase.name(), e.getMessage());
            }
        }
        assertThat(compiled).as("rejected: %s", rejected).isGreaterThanOrEqualTo(COMPILED);
        assertThat(rejected.values()).allMatch(message -> message.startsWith("schema"));
    }

    private static final int COMPILED = 52;
    private static final int ALLOWED = 84;

    private static List<Case> compiled() {
        return cases().stream().filter(SchemaSuiteTest::isSupported).toList();
    }

    private static boolean isSupported(Case suiteCase) {
        try {
            GRAMMARS.of(new AnswerFormat.JsonSchema(suiteCase.schema()));
            return true;
        } catch (InvalidRequestException e) {
            return false;
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(SchemaSuiteTest.class
                .getResource("/json-schema-test-suite/draft4")
                .toURI()))) {
            files.sorted().forEach(file -> JSON.readTree(file).forEach(group -> cases.add(read(file, group))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        cases.removeIf(suiteCase -> OF_OTHER_DRAFTS.stream().anyMatch(suiteCase.name()::endsWith));
        return cases;
    }

    private static Case read(Path file, JsonNode group) {
        List<String> valid = new ArrayList<>();
        List<String> invalid = new ArrayList<>();
        for (JsonNode test : group.path("tests")) {
            (test.path("valid").asBoolean() ? valid : invalid)
                    .add(test.path("data").toString());
        }
        return new Case(
                file.getFileName() + ", " + group.path("description").asString(),
                group.path("schema").toString(),
                valid,
                invalid);
    }
}
