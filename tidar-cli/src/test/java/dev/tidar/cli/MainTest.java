package dev.tidar.cli;

import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.RequestOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The command line")
class MainTest {

    @Nested
    class Helps {

        @Test
        void byNamingTheCommands() {
            Cli help = tidar("--help");

            assertThat(help.exitCode()).isZero();
            assertThat(help.out()).contains("inspect", "generate", "bench", "bench-serving", "bench-chats", "soak");
            assertThat(help.err()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "--model=MODEL",
                    "--chat=TEXT",
                    "--prompt=TEXT",
                    "--token-ids=1,2,3",
                    "--max-tokens=N",
                    "--mode=MODE",
                    "--draft-length=N",
                    "--outcomes=all|none|1,4",
                    "--groups=auto|full|short|forced-short",
                    "--temperature=X",
                    "--top-k=N",
                    "--top-p=X",
                    "--min-p=X",
                    "--typical-p=X",
                    "--repetition-penalty=X",
                    "--presence-penalty=X",
                    "--frequency-penalty=X",
                    "--logit-bias=ID=BIAS",
                    "--seed=N",
                    "--min-tokens=N",
                    "--stop=TEXT",
                    "--stop-ids=1,2,3",
                    "--logprobs=N",
                    "--json-schema=FILE|JSON",
                    "--regex=TEXT",
                    "--choices=A,B",
                    "--ignore-eos",
                    "--device=DEVICE",
                    "--device-fallback=WHAT",
                    "--weights=FORMAT",
                    "--requests=FILE",
                    "--concurrency=N",
                    "--prefix-cache=on|off",
                    "--kv-memory=SIZE",
                    "--kv-type=TYPE",
                    "--prefill-chunk=N",
                    "--json"
                })
        void withTheOptionsOfGenerate(String option) {
            assertThat(tidar("generate", "--help").out()).contains(option);
        }

        static Stream<RequestOption<?>> requestOptions() {
            return RequestFlags.OPTIONS.stream();
        }

        @ParameterizedTest
        @MethodSource("requestOptions")
        void withWhatEachOptionOfARequestDoesAndItsRange(RequestOption<?> option) {
            String help = tidar("generate", "--help").out().replaceAll("\\s+", " ");

            assertThat(help).contains("--" + option.name(), option.help());
        }
    }

    @Nested
    class RejectsInOneLineWithExitCode2 {

        @Test
        void noCommand() {
            assertRejected(tidar(), "subcommand");
        }

        @Test
        void anUnknownCommand() {
            assertRejected(tidar("generates"), "'generates'");
        }

        @ParameterizedTest
        @ValueSource(strings = {"inspect", "generate", "bench", "bench-serving", "bench-chats", "soak"})
        void aCommandWithoutAModel(String command) {
            assertRejected(tidar(command), "--model");
        }

        @Test
        void generateWithoutAPrompt() {
            assertRejected(tidar("generate", "--model", "any"), "--chat", "--prompt", "--token-ids");
        }

        @Test
        void twoPrompts() {
            assertRejected(tidar("generate", "--model", "any", "--chat", "a", "--prompt", "b"), "--chat", "--prompt");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ' ',
                value = {
                    "--max-tokens 0",
                    "--max-tokens many",
                    "--mode fast",
                    "--draft-length 1",
                    "--draft-length 33",
                    "--outcomes 0",
                    "--outcomes 1,,4",
                    "--groups narrow",
                    "--temperature -1",
                    "--temperature NaN",
                    "--temperature warm",
                    "--top-k -1",
                    "--top-p 0",
                    "--top-p 1.0001",
                    "--top-p NaN",
                    "--top-p much",
                    "--min-p 1.1",
                    "--typical-p 2",
                    "--repetition-penalty 0",
                    "--presence-penalty 1e9",
                    "--frequency-penalty NaN",
                    "--logit-bias 7=101",
                    "--logit-bias x=1",
                    "--seed x",
                    "--min-tokens -1",
                    "--min-tokens 257",
                    "--stop-ids x",
                    "--ignore-eos maybe",
                    "--timeout soon",
                    "--timeout 0s",
                    "--thinking-budget 0",
                    "--beta 2",
                    "--cache-salt é",
                    "--logprobs 21",
                    "--json-schema no-such-file.json",
                    "--device gpu",
                    "--device-fallback gpu",
                    "--weights int4",
                    "--threads 0",
                    "--kv-memory 0",
                    "--kv-memory 64TB",
                    "--kv-memory 9999999999GB",
                    "--kv-type f16",
                    "--prefix-cache maybe",
                    "--prefill-chunk 0",
                    "--prefill-chunk 4097",
                    "--concurrency 257",
                    "--context-length -5",
                    "--mask-token-id -1",
                    "--block-size 1"
                })
        void aValueOutOfRangeByTheNameOfItsOption(String option, String value) {
            Cli rejected = tidar("generate", "--model", "any", "--chat", "a", option, value);

            assertRejected(rejected, option, "must ");
        }

        @Test
        void anEmptyStopText() {
            assertRejected(tidar("generate", "--model", "any", "--chat", "a", "--stop", ""), "--stop", "must have");
        }

        @Test
        void twoFormats() {
            assertRejected(
                    tidar("generate", "--model", "any", "--chat", "a", "--regex", "a", "--choices", "b,c"),
                    "--regex",
                    "choices");
        }

        @Test
        void aFormatWhoseEndIsIgnored() {
            assertRejected(
                    tidar("generate", "--model", "any", "--chat", "a", "--regex", "a", "--ignore-eos"), "--ignore-eos");
        }

        @Test
        void concurrencyWithoutRequests() {
            Cli rejected = tidar("generate", "--model", "any", "--chat", "a", "--concurrency", "2");

            assertRejected(rejected, "--concurrency", "--requests");
        }

        @Test
        void tokenIdsThatAreNotNumbers() {
            assertRejected(tidar("generate", "--model", "any", "--token-ids", "1,two"), "--token-ids", "'two'");
        }

        @Test
        void anOutcomeBeyondTheDraftLength() {
            Cli rejected =
                    tidar("generate", "--model", "any", "--chat", "a", "--draft-length", "4", "--outcomes", "1,5");

            assertRejected(rejected, "--outcomes", "draft-length = 4", "[1, 5]");
        }

        @Test
        void anOptionThatDoesNotExist() {
            assertRejected(tidar("generate", "--model", "any", "--chat", "a", "--beam", "4"), "--beam");
        }

        private static void assertRejected(Cli rejected, String... named) {
            assertThat(rejected.exitCode()).isEqualTo(2);
            assertThat(rejected.out()).isEmpty();
            assertThat(rejected.err().lines()).hasSize(1);
            assertThat(Stream.of(named))
                    .allSatisfy(name -> assertThat(rejected.err()).contains(name));
        }
    }
}
