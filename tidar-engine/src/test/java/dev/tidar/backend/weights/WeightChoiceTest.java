package dev.tidar.backend.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.WeightType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The type of packed weights")
class WeightChoiceTest {

    @ParameterizedTest(name = "{0} of {2} and {3} where {1} is the widest: {4}")
    @CsvSource({
        "AUTO, F32,  I8,   I8,   INT8",
        "AUTO, F32,  BF16, BF16, BF16",
        "AUTO, F32,  F32,  F32,  F32",
        "AUTO, F32,  F16,  F16,  F32",
        "AUTO, F32,  I8,   BF16, F32",
        "AUTO, BF16, F32,  F32,  BF16",
        "AUTO, BF16, F16,  F16,  BF16",
        "AUTO, BF16, I8,   I8,   INT8",
        "AUTO, BF16, I8,   F32,  BF16",
        "F32,  F32,  I8,   I8,   F32",
        "F32,  BF16, I8,   I8,   BF16",
        "BF16, F32,  F32,  I8,   BF16",
        "INT8, BF16, F32,  BF16, INT8",
    })
    void isWhatIsAskedForElseWhatAllSourcesHave(
            WeightFormat format, WeightType widest, DType first, DType second, WeightType expected) {
        List<LinearSource> sources = Stream.of(first, second)
                .map(dtype -> LinearSource.of(new StoredRows(dtype, 1, 1)))
                .toList();

        assertThat(new WeightChoice(format, widest).of(sources)).isEqualTo(expected);
    }
}
