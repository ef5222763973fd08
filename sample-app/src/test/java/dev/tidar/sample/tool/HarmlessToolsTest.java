package dev.tidar.sample.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tidar.sample.tool.HarmlessTools.Operation;
import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The tools of the sample")
class HarmlessToolsTest {

    private final HarmlessTools tools = new HarmlessTools(() -> Instant.parse("2026-11-30T21:00:00Z"));

    @Test
    void tellTheTimeInAZone() {
        assertThat(tools.timeInZone("Asia/Tokyo")).isEqualTo("Tuesday, 1 December 2026, 06:00");
        assertThatExceptionOfType(DateTimeException.class).isThrownBy(() -> tools.timeInZone("Atlantis"));
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, ADD, 0.2, 0.3",
        "1, SUBTRACT, 101, -100",
        "12, MULTIPLY, 12, 144",
        "1, DIVIDE, 3, 0.3333333333333333"
    })
    void reckonAsPeopleDo(double first, Operation operation, double second, String result) {
        assertThat(tools.calculate(first, operation, second)).isEqualTo(result);
    }

    @Test
    void divideByNothingButNumbers() {
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> tools.calculate(1, Operation.DIVIDE, 0));
    }
}
