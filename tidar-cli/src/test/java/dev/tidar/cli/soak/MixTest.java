package dev.tidar.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Prompt;
import dev.tidar.cli.soak.Mix.Drawn;
import dev.tidar.cli.soak.Mix.Fate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The requests of a soak")
class MixTest {

    private static final int CONTEXT = 512;

    @Test
    void areCancelledToAFifthAndInvalidToATwentieth() {
        List<Drawn> drawn = draw(1, 10_000);

        assertThat(share(drawn, Fate.CANCEL)).isBetween(0.19, 0.21);
        assertThat(share(drawn, Fate.REJECT)).isBetween(0.045, 0.055);
    }

    @Test
    void fitTheContextUnlessTheyAreInvalid() {
        assertThat(draw(2, 1_000).stream().filter(d -> d.fate() == Fate.COMPLETE))
                .allSatisfy(d -> {
                    int characters = ((Prompt.Text) d.request().prompt()).text().length();
                    assertThat(characters + d.request().maxTokens().orElseThrow())
                            .isBetween(17, CONTEXT);
                });
    }

    @Test
    void areMixedInLength() {
        var lengths = draw(3, 1_000).stream()
                .filter(d -> d.fate() == Fate.COMPLETE)
                .mapToInt(d -> d.request().maxTokens().orElseThrow())
                .summaryStatistics();

        assertThat(lengths.getMin()).isLessThan(3);
        assertThat(lengths.getMax()).isGreaterThan(100);
    }

    @Test
    void areThoseOfTheSeed() {
        assertThat(draw(4, 50)).isEqualTo(draw(4, 50)).isNotEqualTo(draw(5, 50));
    }

    private static double share(List<Drawn> drawn, Fate fate) {
        return drawn.stream().filter(d -> d.fate() == fate).count() / (double) drawn.size();
    }

    private static List<Drawn> draw(long seed, int count) {
        var mix = new Mix(seed, List.of("Once upon a time. ", "Tell me more. "), List.of(DecodeMode.AUTO), CONTEXT);
        return Stream.generate(mix::next).limit(count).toList();
    }
}
