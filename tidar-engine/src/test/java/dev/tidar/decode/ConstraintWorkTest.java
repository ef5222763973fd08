package dev.tidar.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.GenerationFailedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The work for a constraint")
class ConstraintWorkTest {

    private final Deque<Runnable> small = new ArrayDeque<>();
    private final Deque<Runnable> large = new ArrayDeque<>();
    private final AtomicInteger done = new AtomicInteger();
    private final ConstraintWork work = ConstraintWork.on(small::add, large::add, done::incrementAndGet);

    /** Work of a number of steps, in portions of a thousand. */
    private static Function<LongConsumer, String> of(long steps) {
        return meter -> {
            for (long left = steps; left > 0; left -= 1_000) {
                meter.accept(Math.min(1_000, left));
            }
            return steps + " steps";
        };
    }

    @Test
    void isDoneAtOnceWhereItIsLittle() {
        assertThat(work.attempt(of(ConstraintWork.ATTEMPT_STEPS))).contains("20000 steps");
        assertThat(work.attempt(of(0))).contains("0 steps");
    }

    @Test
    void isNotDoneAtOnceWhereItIsMore() {
        assertThat(work.attempt(of(ConstraintWork.ATTEMPT_STEPS + 1))).isEmpty();
    }

    @Test
    void sharesABudgetWithTheOthersOfItsStep() {
        for (long used = 0; used < ConstraintWork.STEP_STEPS; used += ConstraintWork.ATTEMPT_STEPS) {
            assertThat(work.attempt(of(ConstraintWork.ATTEMPT_STEPS))).isPresent();
        }
        assertThat(work.attempt(of(1))).isEmpty();

        work.beginStep();
        assertThat(work.attempt(of(1))).isPresent();
    }

    @Test
    void thatNothingConstrainsNeedsNoBudget() {
        for (int i = 0; i < 10; i++) {
            work.attempt(of(ConstraintWork.STEP_STEPS));
        }

        assertThat(work.attempt(of(0))).isPresent();
    }

    @Test
    void isHandedOverAndTellsWhenItIsDone() {
        ConstraintWork.Pending<String> pending = work.start(of(100_000), false);
        assertThat(pending.isDone()).isFalse();
        small.remove().run();

        assertThat(pending.isDone()).isTrue();
        assertThat(pending.result()).isEqualTo("100000 steps");
        assertThat(pending.steps()).isEqualTo(100_000);
        assertThat(done).hasValue(1);
    }

    @Test
    void movesToTheOtherThreadWhereItIsLargeSoThatSmallWorkDoesNotWait() {
        ConstraintWork.Pending<String> pending = work.start(of(ConstraintWork.SMALL_STEPS + 1), false);
        small.remove().run();
        assertThat(pending.isDone()).isFalse();
        large.remove().run();

        assertThat(pending.result()).isEqualTo("2000001 steps");
    }

    @Test
    void isRejectedWithTheLimitWhereItIsTooMuch() {
        ConstraintWork.Pending<String> pending = work.start(of(ConstraintWork.MAX_STEPS + 1), true);
        large.remove().run();

        assertThat(pending.isDone()).isTrue();
        assertThatThrownBy(pending::result)
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("the limit of 50000000 steps");
    }

    @Test
    void endsSoonWhereNobodyWaitsForIt() {
        AtomicInteger portions = new AtomicInteger();
        Optional<ConstraintWork.Pending<Integer>> pending = Optional.of(work.start(
                meter -> {
                    while (portions.incrementAndGet() < 1_000) {
                        meter.accept(1);
                    }
                    return 0;
                },
                true));
        pending.get().cancel();
        large.remove().run();

        assertThat(portions).hasValue(1);
    }

    @Test
    void passesOnWhatWentWrong() {
        ConstraintWork.Pending<String> pending = work.start(
                meter -> {
                    throw new StackOverflowError("deep");
                },
                false);
        small.remove().run();

        assertThatThrownBy(pending::result)
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("StackOverflowError");
    }
}
