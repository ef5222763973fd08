package dev.tidar;

import static dev.tidar.PayingModels.ARGUMENTS;
import static dev.tidar.PayingModels.PAYMENT;
import static dev.tidar.PayingModels.VALUE;
import static dev.tidar.PayingModels.endOfJson;
import static dev.tidar.PayingModels.run;
import static dev.tidar.PayingModels.shortest;
import static dev.tidar.PayingModels.tools;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.PayingModels.Family;
import dev.tidar.PayingModels.Loaded;
import dev.tidar.PayingModels.Outcome;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.ToolCallAtLimitException;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.Choice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models that want to write a value, cut after every number of tokens: what is not theirs is marked. */
@DisplayName("An answer with a format that the limit on tokens ends")
class FormatAtLimitTest {

    @TempDir
    private static Path temp;

    private static PayingModels models;

    @BeforeAll
    static void load() throws IOException {
        models = new PayingModels(temp);
    }

    @AfterAll
    static void close() {
        models.close();
    }

    @Nested
    class ThatHasAFormat {

        @ParameterizedTest
        @EnumSource(names = {"AUTOREGRESSIVE", "TWO_PASS", "SINGLE_PASS"})
        void isTheValueOfTheModelOrFlaggedWithThePlaceWhereItsOwnEnds(DecodeMode mode) throws InterruptedException {
            Loaded loaded = models.of(Family.HERMES);
            int length = loaded.model().write(VALUE).size();
            int shortest = "{\"to\":\"\",\"cents\":0}".length();
            List<String> places = new ArrayList<>();
            for (int n = shortest; n <= length + 40; n++) {
                Outcome outcome = run(loaded, Tools.NONE, Optional.of(PAYMENT), n, mode);
                GenerationResult result = outcome.result().orElseThrow();
                String text = outcome.answer().text();

                assertThat(outcome.streamed().text()).isEqualTo(text);
                assertThat(Stream.of("to", "cents")).as(text).allMatch(text::contains);
                if (result.closedByLimit().isEmpty()) {
                    assertThat(text).isEqualTo(VALUE);
                    assertThat(result.finishReason()).isEqualTo(FinishReason.STOP);
                } else {
                    ClosedByLimit place = result.closedByLimit().get();
                    assertThat(VALUE).startsWith(text.substring(0, place.characters()));
                    assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
                    places.add(place.pointer());
                }
            }
            assertThat(places).contains("/to", "/cents").doesNotContain("/note");
            assertThat(places).as("well before the limit").hasSizeLessThan(length + 40 - shortest);
        }

        @ParameterizedTest
        @EnumSource
        void isTheCallOfTheModelOrNothingWhereItCalls(Family family) throws InterruptedException {
            Loaded loaded = models.of(family);
            int length = loaded.model().write(family.call).size();
            int whole = endOfJson(loaded, family, "");
            for (int n = VALUE.length(); n <= length; n++) {
                Outcome outcome = run(loaded, tools(Choice.AUTO), Optional.of(PAYMENT), n, DecodeMode.TWO_PASS);

                assertThat(outcome.calls()).as("%d tokens", n).isEqualTo(n < whole ? List.of() : List.of(ARGUMENTS));
                assertThat(outcome.answer().text()).as("%d tokens", n).isEmpty();
            }
        }

        @Test
        void isFlaggedWhereItCouldEndButAlsoGoOn() throws InterruptedException {
            Loaded loaded = models.of(Family.HERMES);
            loaded.model().write("125000");
            AnswerFormat number = new AnswerFormat.JsonSchema("{\"type\": \"integer\"}");

            GenerationResult cut = run(loaded, Tools.NONE, Optional.of(number), 4, DecodeMode.AUTO)
                    .result()
                    .orElseThrow();
            GenerationResult whole = run(loaded, Tools.NONE, Optional.of(number), 7, DecodeMode.AUTO)
                    .result()
                    .orElseThrow();

            assertThat(cut.text()).isEqualTo("1250");
            assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(cut.closedByLimit()).contains(new ClosedByLimit(ClosedByLimit.Part.TEXT, "", 4));
            assertThat(whole.text()).isEqualTo("125000");
            assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(whole.closedByLimit()).isEmpty();
        }
    }

    @Nested
    class ThatThinks {

        @Test
        void hasNoCallAndNoTextOfThoughtsThatWereCut() throws InterruptedException {
            int length = models.thinker()
                    .model()
                    .write("<think>Anna asks." + "</think>\n" + Family.HERMES.call)
                    .size();
            for (int n = 1; n < length; n++) {
                Outcome outcome = run(models.thinker(), tools(Choice.AUTO), n, DecodeMode.SINGLE_PASS);

                assertThat(outcome.calls()).as("%d tokens", n).isSubsetOf(ARGUMENTS);
                assertThat("Anna asks.").startsWith(outcome.answer().reasoning());
                assertThat(outcome.answer().text()).as("%d tokens", n).isEmpty();
            }
        }

        @Test
        void isFlaggedWhereItsThoughtsWereClosedForItsValue() throws InterruptedException {
            models.thinker().model().write("<think>Anna asks for 125000 cents, and she asks again.</think>\n" + VALUE);

            Outcome outcome = run(models.thinker(), Tools.NONE, Optional.of(PAYMENT), 50, DecodeMode.TWO_PASS);

            assertThat(outcome.result()
                            .orElseThrow()
                            .closedByLimit()
                            .orElseThrow()
                            .part())
                    .isEqualTo(ClosedByLimit.Part.THOUGHTS);
            assertThat(outcome.answer().text()).contains("\"to\"", "\"cents\"");
        }

        @Test
        void isAnErrorWhereItMustCallAndOnlyThought() throws InterruptedException {
            models.thinker().model().write("<think>" + "hm ".repeat(60) + "</think>" + Family.HERMES.call);

            Outcome outcome = run(models.thinker(), tools(Choice.REQUIRED), 90, DecodeMode.TWO_PASS);

            assertThat(((ToolCallAtLimitException) outcome.failure().orElseThrow())
                            .partialCall()
                            .text())
                    .isEmpty();
        }
    }
}
