package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.DeviceException;
import dev.tidar.api.InvalidModelException;
import dev.tidar.spring.StoriesModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

/** What a user reads when the application does not start. */
@DisplayName("An application that fails to start")
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysisTest {

    @Test
    void tellsHowToSetAModelOrToDoWithoutOne(CapturedOutput output) {
        start();

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("tidar.model must be set")
                .contains("tidar.model=/opt/models/my-tidar-model")
                .contains("set spring.ai.model.chat to its name, or to none");
    }

    @Test
    void tellsThatTheFolderIsNotThere(@TempDir Path directory, CapturedOutput output) {
        Path nowhere = directory.resolve("nowhere");

        start("--tidar.model=" + nowhere);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("tidar.model=" + nowhere)
                .contains("Nothing is downloaded");
    }

    @Test
    void tellsWhichFileOfTheFolderIsMissing(@TempDir Path directory, CapturedOutput output) throws IOException {
        Path model = StoriesModel.in(directory);
        Files.delete(model.resolve("model.safetensors"));

        start("--tidar.model=" + model);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("safetensors")
                .contains("Check the path, and that the folder has config.json");
    }

    @Test
    void tellsThatAFileIsNotACheckpoint(@TempDir Path directory, CapturedOutput output) throws IOException {
        Path model = StoriesModel.in(directory);
        Files.writeString(model.resolve("model.safetensors"), """
                version https://git-lfs.github.com/spec/v1
                oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
                size 1045248
                """);

        start("--tidar.model=" + model);

        assertThat(output).contains("APPLICATION FAILED TO START").contains("run git lfs pull");
    }

    @Test
    void tellsThatAFileIsCorrupt(@TempDir Path directory, CapturedOutput output) throws IOException {
        Path model = StoriesModel.in(directory);
        byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
        Files.write(model.resolve("model.safetensors"), java.util.Arrays.copyOf(weights, weights.length / 2));

        start("--tidar.model=" + model);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("model.safetensors")
                .contains("Download the file again");
    }

    @Test
    void tellsWhatIsSupported(@TempDir Path directory, CapturedOutput output) throws IOException {
        Path model = StoriesModel.in(directory);
        Path config = model.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("\"llama\"", "\"mamba\"").replace("LlamaFor", "MambaFor"));

        start("--tidar.model=" + model);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("mamba")
                .contains("Take a model of a supported shape");
    }

    @Test
    void tellsWhichPropertyIsWrong(CapturedOutput output) {
        start("--tidar.model=any", "--tidar.threads=0");

        assertThat(output).contains("APPLICATION FAILED TO START").contains("tidar.threads must be positive, but is 0");
    }

    @Test
    void tellsHowManyThreadsThereMayBe(CapturedOutput output) {
        start("--tidar.model=any", "--tidar.threads=5000");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("tidar.threads must be at most 1024, but is 5000");
    }

    @Test
    void blamesASettingThatContradictsTheModelAndNotTheModel(@TempDir Path directory, CapturedOutput output) {
        start("--tidar.model=" + StoriesModel.in(directory), "--tidar.mask-token-id=5");

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The model itself is fine")
                .contains("tidar.mask-token-id");
    }

    @Test
    void tellsWhichDraftModelHasOtherTokens(@TempDir Path directory, @TempDir Path other, CapturedOutput output)
            throws IOException {
        Path draft = StoriesModel.in(other);
        Files.delete(draft.resolve("tokenizer.json"));

        start("--tidar.model=" + StoriesModel.in(directory), "--tidar.draft-model=" + draft);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("tidar.draft-model=" + draft)
                .contains("must have the tokenizer of the model")
                .contains("or tidar.draft-model.");
    }

    @Test
    void tellsToBuildAgainWhereAModelInAJarIsDamaged() {
        var analyzer = new InvalidModelFailureAnalyzer(
                new MockEnvironment().withProperty("tidar.model", "classpath:models/x"));

        FailureAnalysis analysis = analyzer.analyze(
                new InvalidModelException(InvalidModelException.Fault.CORRUPT, "config.json must have the SHA-256"));

        assertThat(analysis.getAction()).contains("Build the application again").doesNotContain("Download");
    }

    @Test
    void tellsWhereElseAModelCanBeUnpacked() {
        FailureAnalysis analysis =
                new ModelCacheFailureAnalyzer().analyze(new ModelCacheException("no room on device", null));

        assertThat(analysis.getDescription()).contains("no room on device");
        assertThat(analysis.getAction()).contains("tidar.model-cache");
    }

    @Test
    void tellsHowToFitTheDevice() {
        FailureAnalysis analysis = new DeviceFailureAnalyzer().analyze(new DeviceException("needs 3 GiB", null));

        assertThat(analysis.getDescription()).contains("needs 3 GiB");
        assertThat(analysis.getAction()).contains("-Xmx").contains("tidar.context-length");
    }

    @Test
    void startsOnceTheAdviceOfAMissingModelIsPasted(CapturedOutput output) {
        start();

        run("--" + pasted(output, "spring.ai.model.chat="));
    }

    @Test
    void startsOnceTheAdviceOfAnUnusableDeviceIsPasted(@TempDir Path directory, CapturedOutput output) {
        String[] settings = {
            "--tidar.model=" + StoriesModel.in(directory), "--tidar.device=cuda:99", "--tidar.threads=1"
        };
        start(settings);

        run(settings[0], settings[1], settings[2], "--" + pasted(output, "tidar.device-fallback="));
    }

    /** The property of the advice that begins so, up to the end of its value. */
    private static String pasted(CapturedOutput output, String property) {
        var advice = Pattern.compile(Pattern.quote(property) + "[a-z0-9-]+").matcher(output);
        assertThat(advice.find()).as("%s in %s", property, output).isTrue();
        return advice.group();
    }

    @Test
    void hasAnActionForEveryFault() {
        var analyzer = new InvalidModelFailureAnalyzer(new MockEnvironment().withProperty("tidar.model", "/models/x"));

        for (var fault : InvalidModelException.Fault.values()) {
            FailureAnalysis analysis = analyzer.analyze(new InvalidModelException(fault, "the message"));

            assertThat(analysis.getDescription())
                    .contains("tidar.model=/models/x")
                    .contains("the message");
            assertThat(analysis.getAction()).as(fault.name()).endsWith(".");
        }
    }

    private static void run(String... arguments) {
        application().run(arguments).close();
    }

    private static SpringApplication application() {
        var application = new SpringApplication(Application.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setWebApplicationType(WebApplicationType.NONE);
        return application;
    }

    private static void start(String... arguments) {
        assertThatThrownBy(() -> application().run(arguments)).isInstanceOf(RuntimeException.class);
    }

    @ImportAutoConfiguration({TidarEngineAutoConfiguration.class, TidarChatAutoConfiguration.class})
    static class Application {}
}
