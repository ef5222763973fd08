package dev.tidar.text.grammar.automaton;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Decimal spellings of the multiples of a number a / 10^k. The states of the automaton are the remainders, modulo a, of
 * the digits read so far. At most k digits follow the decimal point.
 */
public final class Multiples {

    private static final String SYMBOLS = "-.0123456789";
    private static final int FIRST_DIGIT = 2;

    private final int divisor;
    private final int scale;
    private final List<int[]> rows = new ArrayList<>();
    private final BitSet accepting = new BitSet();

    private Multiples(int divisor, int scale) {
        this.divisor = divisor;
        this.scale = scale;
    }

    public static TextAutomaton of(BigDecimal number, Work work) {
        BigDecimal bare = number.stripTrailingZeros();
        int scale = Math.max(0, bare.scale());
        Multiples multiples = new Multiples(bare.scaleByPowerOfTen(scale).intValueExact(), scale);
        work.spend(20L * multiples.divisor * (scale + 2));
        multiples.build();
        return TextAutomaton.ofTable(SYMBOLS, multiples.rows, multiples.accepting, work);
    }

    /** Numbers the states: the start, the state after the sign, then by digits after the point and remainder. */
    private void build() {
        int states = 2 + (scale + 2) * divisor;
        for (int i = 0; i < states; i++) {
            int[] row = new int[SYMBOLS.length()];
            Arrays.fill(row, TextAutomaton.DEAD);
            rows.add(row);
        }
        rows.get(0)[0] = 1;
        for (int digit = 0; digit < 10; digit++) {
            rows.get(0)[FIRST_DIGIT + digit] = state(0, digit % divisor);
            rows.get(1)[FIRST_DIGIT + digit] = state(0, digit % divisor);
        }
        for (int remainder = 0; remainder < divisor; remainder++) {
            if (scale > 0) {
                rows.get(state(0, remainder))[1] = state(scale + 1, remainder); // the point
            }
            for (int after = 0; after <= scale; after++) {
                buildDigits(after, remainder);
            }
            for (int digit = 0; digit < 10 && scale > 0; digit++) {
                rows.get(state(scale + 1, remainder))[FIRST_DIGIT + digit] = state(1, next(remainder, digit));
            }
        }
    }

    private void buildDigits(int after, int remainder) {
        int scaled = remainder;
        for (int i = after; i < scale; i++) {
            scaled = next(scaled, 0);
        }
        accepting.set(state(after, remainder), scaled == 0);
        for (int digit = 0; digit < 10 && (after == 0 || after < scale); digit++) {
            rows.get(state(after, remainder))[FIRST_DIGIT + digit] =
                    state(after == 0 ? 0 : after + 1, next(remainder, digit));
        }
    }

    private int next(int remainder, int digit) {
        return (remainder * 10 + digit) % divisor;
    }

    private int state(int after, int remainder) {
        return 2 + after * divisor + remainder;
    }
}
