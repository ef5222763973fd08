package dev.tidar.cli.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Samples")
class SamplesTest {

    @ParameterizedTest
    @CsvSource({"50, 50", "99, 99", "99.5, 100", "100, 100", "0.1, 1"})
    void haveThePercentileThatSoManyPerCentDoNotExceed(double percent, double expected) {
        var downwards = new Samples(
                DoubleStream.iterate(100, v -> v - 1).limit(100).boxed().toList());

        assertThat(downwards.percentile(percent)).isEqualTo(expected);
    }

    @Test
    void haveTheirLargestAsHighPercentileWhereTheyAreFew() {
        assertThat(new Samples(List.of(3.0, 1.0, 2.0)).percentile(99)).isEqualTo(3);
    }

    @Test
    void areZeroWhereThereAreNone() {
        assertThat(new Samples(List.of()).percentile(50)).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 101, Double.NaN})
    void rejectAPercentageThatIsNone(double percent) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Samples(List.of(1.0)).percentile(percent));
    }
}
