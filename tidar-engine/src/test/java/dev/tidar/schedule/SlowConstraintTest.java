package dev.tidar.schedule;

import static dev.tidar.schedule.LoopBench.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineState;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.Limits;
import dev.tidar.decode.Constraint;
import dev.tidar.decode.DecodeRequest;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.sampling.SamplingParams;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A request whose constraint takes much work")
@Timeout(60)
class SlowConstraintTest {

    private static final long MORE_THAN_A_STEP_HAS = 150_000;
    private static final long MORE_THAN_A_TURN_MAY_TAKE = 1_000_000_000;

    private final CountDownLatch hold = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final LoopBench bench =
            new LoopBench(100, Limits.builder().maxRunning(4).build(), forward -> {});

    SlowConstraintTest() {
        bench.loop.awaitLoaded();
    }

    @AfterEach
    void close() {
        hold.countDown();
        bench.close();
    }

    /** Allows everything, after so many steps of work and when the test lets it. */
    private record Slow(long steps, CountDownLatch begun, CountDownLatch hold) implements Constraint {

        @Override
        public Optional<Constraint> advance(int token, LongConsumer work) {
            return Optional.of(this);
        }

        @Override
        public Allowed allowed(int maxTokens, LongConsumer work) {
            work.accept(steps);
            begun.countDown();
            LoopBench.await(hold);
            return Allowed.ALL;
        }

        @Override
        public List<Integer> forced(LongConsumer work) {
            return List.of();
        }

        @Override
        public boolean isComplete() {
            return false;
        }
    }

    private Generation submitSlow(long steps) {
        var request =
                new DecodeRequest(LoopBench.prompt(7), SamplingParams.GREEDY, new Slow(steps, begun, hold), 10, 400);
        return bench.loop.submit(
                Admissible.of(request, Optional.empty(), "", () -> LayoutChoice.fixed(StepLayout.AUTOREGRESSIVE)),
                GenerationListener.NONE);
    }

    @Test
    void waitsAloneWhileItsNeighboursGoOn() throws InterruptedException {
        Generation slow = submitSlow(MORE_THAN_A_STEP_HAS);
        LoopBench.await(begun);

        assertThat(bench.submit(1, 100).await().tokens()).isEqualTo(answer(1, 100));
        assertThat(bench.submit(2, 100).await().tokens()).isEqualTo(answer(2, 100));
        hold.countDown();
        assertThat(slow.await().tokens()).isEqualTo(answer(7, 10));
    }

    @Test
    void getsItsTokensAlsoWhereItIsTheOnlyOne() throws InterruptedException {
        hold.countDown();

        assertThat(submitSlow(MORE_THAN_A_STEP_HAS).await().tokens()).isEqualTo(answer(7, 10));
    }

    @Test
    void canBeCancelledMeanwhile() throws InterruptedException {
        Generation slow = submitSlow(MORE_THAN_A_STEP_HAS);
        LoopBench.await(begun);
        slow.cancel();

        assertThat(slow.await().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(bench.submit(1, 10).await().tokens()).isEqualTo(answer(1, 10));
    }

    @Test
    void isRejectedWithTheLimitWhereItIsTooMuch() throws InterruptedException {
        hold.countDown();
        Generation slow = submitSlow(MORE_THAN_A_TURN_MAY_TAKE);

        assertThatThrownBy(slow::await)
                .isInstanceOf(GenerationFailedException.class)
                .hasMessageContaining("the limit of 50000000 steps");
        assertThat(bench.submit(1, 10).await().tokens()).isEqualTo(answer(1, 10));
        assertThat(bench.loop.state()).isEqualTo(EngineState.READY);
    }

    @Test
    void doesNotKeepTheEngineFromClosing() {
        Generation slow = submitSlow(MORE_THAN_A_STEP_HAS);
        LoopBench.await(begun);
        bench.loop.close();

        assertThatThrownBy(slow::await).isInstanceOf(EngineClosedException.class);
    }
}
