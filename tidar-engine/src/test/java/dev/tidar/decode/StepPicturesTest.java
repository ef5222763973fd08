package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * {@code mvn -pl tidar-engine -am test -Dtest=StepPicturesTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dtidar.test.docs=write} draws them anew.
 */
@DisplayName("The pictures of docs/how-it-works.md")
class StepPicturesTest {

    private static final Path PICTURES = Path.of("../docs/pictures");

    @Test
    void showTheMaskOfTheEngine() throws IOException {
        assertDrawn("mask.svg", StepPictures.mask());
    }

    @Test
    void showAStepAsTheEngineVerifiesIt() throws IOException {
        assertDrawn("step.svg", StepPictures.step());
    }

    @Test
    void showWhatModeAutoExpectsOfAnAcceptance() throws IOException {
        assertDrawn("tokens-per-forward.svg", StepPictures.tokensPerForward());
    }

    private static void assertDrawn(String name, String picture) throws IOException {
        Path file = PICTURES.resolve(name);
        if (System.getProperty("tidar.test.docs", "check").equals("write")) {
            Files.writeString(file, picture);
        }
        assertThat(Files.readString(file))
                .as("%s, which -Dtidar.test.docs=write draws anew", name)
                .isEqualTo(picture);
    }
}
