package dev.tidar.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The median")
class MediansTest {

    @Test
    void isTheMiddleValueWhateverTheOrder() {
        assertThat(Medians.of(List.of(9.0, 1.0, 4.0))).isEqualTo(4);
    }

    @Test
    void isTheMeanOfTheTwoMiddleValues() {
        assertThat(Medians.of(List.of(8.0, 1.0, 4.0, 2.0))).isEqualTo(3);
    }

    @Test
    void needsAValue() {
        assertThatIllegalArgumentException().isThrownBy(() -> Medians.of(List.of()));
    }
}
