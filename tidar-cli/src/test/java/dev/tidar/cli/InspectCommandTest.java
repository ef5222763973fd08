package dev.tidar.cli;

import static dev.tidar.cli.Cli.STORIES;
import static dev.tidar.cli.Cli.tidar;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayName("inspect")
class InspectCommandTest {

    /** Keys and values of 5 layers, 4 KV heads of 8, 16 tokens, 4 bytes. */
    private static final long BLOCK_BYTES = 2 * 5 * 4 * 8 * 16 * 4;

    @Test
    void showsWhatTheEngineMakesOfTheModel() {
        Cli shown = tidar("inspect", "--model", STORIES);

        assertThat(shown.exitCode()).as(shown.err()).isZero();
        assertThat(shown.out())
                .containsPattern("family +llama")
                .containsPattern("mask token +512")
                .containsPattern("block size +8")
                .containsPattern("chat +no")
                .containsPattern("auto +\\S+")
                .containsPattern("because +\\S+");
    }

    @Test
    void showsHowAQuantisedModelIsStored() {
        Cli shown = tidar(
                "inspect",
                "--model",
                "../tidar-engine/src/test/resources/golden/quantized/phi3-awq",
                "--device",
                "cpu");

        assertThat(shown.exitCode()).as(shown.err()).isZero();
        assertThat(shown.out()).containsPattern("weights +int8").containsPattern("stored as +AWQ int4, groups of 8");
    }

    @Test
    void looksForAModelByNameWhereItMayDownloadNothing() {
        Cli offline = tidar("inspect", "--model", "hf:acme/of-no-cache", "--offline");
        Cli wrong = tidar("inspect", "--model", "hf:a/b/c");

        assertThat(offline.exitCode()).isEqualTo(Main.FAILED);
        assertThat(offline.err()).contains("hf:acme/of-no-cache");
        assertThat(wrong.exitCode()).isEqualTo(Main.BAD_ARGUMENTS);
        assertThat(wrong.err()).contains("hf:organization/name");
    }

    @Test
    void printsTheStatusAsOneObject() {
        JsonNode status = tidar("inspect", "--model", STORIES, "--json").json();

        assertThat(status.path("model").path("mask_token_id").intValue()).isEqualTo(512);
        assertThat(status.path("model").path("context_length").intValue()).isEqualTo(512);
        assertThat(status.path("layout").path("candidates").size()).isPositive();
    }

    @Test
    void showsLimitsAndKvMemoryByState() {
        assertThat(tidar("inspect", "--model", STORIES, "--kv-memory", "4MB").out())
                .containsPattern("state +(ready|degraded)")
                .containsPattern("KV memory +4\\.0 MiB: 0\\.0 leased, 0\\.0 cached, 4\\.0 free")
                .containsPattern("limits +16 requests run together, 64 wait");
    }

    @Test
    void setsAsideNoMoreKvMemoryThanAsked() {
        JsonNode kv = tidar("inspect", "--model", STORIES, "--kv-memory", "1000KB", "--json")
                .json()
                .path("kv");

        assertThat(kv.path("bytes").longValue()).isEqualTo(50 * BLOCK_BYTES).isLessThanOrEqualTo(1000 << 10);
        assertThat(kv.path("free_bytes")).isEqualTo(kv.path("bytes"));
        assertThat(kv.path("leased_bytes").longValue()).isZero();
    }

    @Test
    void takesTheLengthOfPrefillChunksAsALimit() {
        JsonNode report = tidar("inspect", "--model", STORIES, "--prefill-chunk", "7", "--json")
                .json();

        assertThat(report.path("limits").path("prefill_chunk").intValue()).isEqualTo(7);
    }

    @Test
    void holdsTheWeightsAsAsked() {
        JsonNode status = tidar("inspect", "--model", STORIES, "--weights", "bf16", "--json")
                .json();

        assertThat(status.path("model").path("weights").stringValue()).isEqualTo("bf16");
    }

    @Test
    void saysWhyTheDeviceThatIsAskedForCannotBeUsed() {
        Cli rejected = tidar("inspect", "--model", STORIES, "--device", "cuda:9999");

        assertThat(rejected.exitCode()).isEqualTo(1);
        assertThat(rejected.err()).contains("device cuda:9999 cannot be used: ");
    }

    @Test
    void computesOnTheCpuInsteadWhereThatIsAllowed() {
        Cli inspected = tidar("inspect", "--model", STORIES, "--device", "cuda:9999", "--device-fallback", "cpu");

        assertThat(inspected.out())
                .containsPattern("device +cpu")
                .containsPattern("degraded +the CPU instead of a GPU, because cuda:9999 cannot be used");
    }
}
