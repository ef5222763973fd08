package dev.tidar.emission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A thinking budget")
class ThinkingBudgetTest {

    private static final int OPEN = 1;
    private static final int CLOSE = 2;
    private static final int WORD = 9;

    private final ThinkingBudget budget = new ThinkingBudget(3, OPEN, CLOSE);

    @Test
    void forcesTheEndOfThoughtsOnceTheyHaveTheirTokens() {
        assertThat(answer(budget.atStart(), OPEN, WORD, WORD, WORD, WORD, WORD, WORD))
                .containsExactly(OPEN, WORD, WORD, WORD, CLOSE, WORD, WORD);
    }

    @Test
    void countsFromTheFirstTokenWhereThePromptOpenedThem() {
        assertThat(answer(budget.inThoughts(), WORD, WORD, WORD, WORD)).containsExactly(WORD, WORD, WORD, CLOSE);
    }

    @Test
    void forcesNothingWhereThoughtsEndByThemselves() {
        assertThat(answer(budget.inThoughts(), WORD, WORD, CLOSE, WORD, WORD, WORD, WORD))
                .containsExactly(WORD, WORD, CLOSE, WORD, WORD, WORD, WORD);
    }

    @Test
    void forcesNothingInAnAnswerWithoutThoughts() {
        assertThat(answer(budget.atStart(), WORD, OPEN, WORD, WORD, WORD, WORD))
                .containsExactly(WORD, OPEN, WORD, WORD, WORD, WORD);
    }

    @Test
    void allowsNoOtherTokenWhereOneIsForced() {
        ThinkingBudget.State spent = budget.inThoughts();
        for (int i = 0; i < 3; i++) {
            spent = spent.advance(WORD).orElseThrow();
        }

        assertThat(spent.forced()).hasValue(CLOSE);
        assertThat(spent.advance(WORD)).isEmpty();
    }

    @Test
    void isOfOneTokenAtLeast() {
        assertThatThrownBy(() -> new ThinkingBudget(0, OPEN, CLOSE)).isInstanceOf(IllegalArgumentException.class);
    }

    /** What comes out where the model wants these tokens. */
    private static List<Integer> answer(ThinkingBudget.State start, int... wanted) {
        List<Integer> emitted = new ArrayList<>();
        ThinkingBudget.State state = start;
        for (int token : wanted) {
            int next = state.forced().orElse(token);
            emitted.add(next);
            state = state.advance(next).orElseThrow();
        }
        return emitted;
    }
}
