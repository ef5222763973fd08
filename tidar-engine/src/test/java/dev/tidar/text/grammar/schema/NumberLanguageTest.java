package dev.tidar.text.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.text.grammar.automaton.TextAutomaton;
import dev.tidar.text.grammar.automaton.Work;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The language of numbers within bounds")
class NumberLanguageTest {

    private static final String[] BOUNDS = {
        "-1000", "-999.95", "-12", "-10.01", "-1", "-0.5", "-0.05", "0", "0.005", "0.1", "0.99", "1", "1.0", "2", "9",
        "9.5", "10", "11", "99", "100", "101.101", "123456"
    };

    @Test
    void isExactForEveryPairOfBoundsAndEitherEnd() {
        long seed = 4_711;
        SplittableRandom random = new SplittableRandom(seed);
        for (String low : BOUNDS) {
            for (String high : BOUNDS) {
                boolean lowStrict = random.nextBoolean();
                boolean highStrict = random.nextBoolean();
                NumberRange range =
                        NumberRange.ALL.from(new BigDecimal(low), lowStrict).to(new BigDecimal(high), highStrict);
                assertExact(new ValueSet.Numbers(range, range, random.nextBoolean(), List.of()), random);
            }
        }
    }

    @Test
    void isExactForMultiples() {
        SplittableRandom random = new SplittableRandom(815);
        for (String multiple :
                List.of("1", "2", "3", "7", "10", "12", "100", "0.1", "0.25", "0.01", "1.5", "2.50", "1000")) {
            NumberRange range = NumberRange.ALL.from(new BigDecimal("-120.5"), false);
            assertExact(
                    new ValueSet.Numbers(range, range, random.nextBoolean(), List.of(new BigDecimal(multiple))),
                    random);
        }
    }

    /**
     * Every spelling without an exponent or superfluous zeros is in the language if and only if its value is in the
     * range.
     */
    private static void assertExact(ValueSet.Numbers numbers, SplittableRandom random) {
        TextAutomaton language = NumberLanguage.of(numbers, new Work("number", 50_000_000));
        for (String spelling : spellings(numbers.range(), random)) {
            boolean fraction = spelling.contains(".");
            BigDecimal value = new BigDecimal(spelling);
            boolean negativeZero = value.signum() == 0 && spelling.startsWith("-");
            int scale = numbers.multiples().isEmpty()
                    ? 16
                    : Math.max(
                            0, numbers.multiples().get(0).stripTrailingZeros().scale());
            if (!negativeZero && value.scale() <= scale) {
                assertThat(language.accepts(spelling))
                        .as("%s in %s", spelling, numbers)
                        .isEqualTo(numbers.contains(value) && !(numbers.integersOnly() && fraction));
            } else if (language.accepts(spelling)) {
                assertThat(numbers.contains(value))
                        .as("%s in %s", spelling, numbers)
                        .isTrue();
            }
        }
        for (String wrong : List.of("", "-", "01", "-01", "00", "1.", ".5", "+1", "1e", "--1", "0x1", "1.2.3", "NaN")) {
            assertThat(language.accepts(wrong)).as("'%s' in %s", wrong, numbers).isFalse();
        }
    }

    private static List<String> spellings(NumberRange range, SplittableRandom random) {
        List<String> spellings = new ArrayList<>(List.of("0", "-0", "0.0", "-0.0"));
        for (NumberRange.Bound bound : List.of(
                range.low().orElseThrow(), range.high().orElse(range.low().orElseThrow()))) {
            for (String step : List.of("0", "1", "-1", "0.1", "-0.1", "0.0001", "-0.0001", "10", "-10")) {
                BigDecimal near = bound.value().add(new BigDecimal(step));
                spellings.add(near.toPlainString());
                spellings.add(near.setScale(6).toPlainString());
            }
        }
        for (int i = 0; i < 60; i++) {
            int digits = random.nextInt(1, 8);
            spellings.add(BigDecimal.valueOf(random.nextLong(-9_999_999, 9_999_999), random.nextInt(digits))
                    .toPlainString());
            spellings.add(Long.toString(random.nextLong(-2_000, 2_000)));
        }
        return spellings;
    }
}
