package dev.tidar.schedule;

import static dev.tidar.schedule.SchedulerBench.prompt;
import static dev.tidar.schedule.SchedulerBench.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.EngineBusyException;
import dev.tidar.api.FinishReason;
import dev.tidar.api.Limits;
import dev.tidar.decode.StepLayout;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.schedule.SchedulerBench.Request;
import dev.tidar.schedule.SchedulerBench.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The scheduler")
@Timeout(120) // a request without an end would wait for ever
class SchedulerTest {

    private static final int MANY = 1000;
    private static final Limits LIMITS = limits().build();

    private static Limits.Builder limits() {
        return Limits.builder().maxRunning(8).maxQueued(64).prefillChunk(32).maxStep(Duration.ofSeconds(1));
    }

    @Nested
    class Admits {

        @Test
        void inTheOrderOfArrivalAsManyAsMayRun() {
            var bench = new SchedulerBench(MANY, limits().maxRunning(2).build());
            Request first = bench.submit(prompt(100, 5), 6);
            Request second = bench.submit(prompt(200, 5), 3);
            Request third = bench.submit(prompt(300, 5), 3);
            bench.step();

            assertThat(List.of(first.runs(), second.runs(), third.runs())).containsExactly(true, true, false);
            bench.untilEnded(List.of(second));
            bench.step();
            assertThat(third.runs()).isTrue();
            bench.untilEnded(List.of(first, third));
            bench.checkAtRest();
        }

        @Test
        void nobodyBeforeTheFirstEvenIfThereWouldBeRoom() {
            var bench = new SchedulerBench(10, LIMITS);
            Request running = bench.submit(prompt(100, 20), 8);
            bench.step();
            Request large = bench.submit(prompt(200, 30), 2);
            Request small = bench.submit(prompt(300, 2), 2);
            bench.step();

            assertThat(large.runs()).isFalse();
            assertThat(small.runs()).isFalse();
            bench.untilEnded(List.of(running, large, small));
            bench.checkAtRest();
        }

        @Test
        void aSmallOneOnceTheLargeOneBeforeItIsCancelled() {
            var bench = new SchedulerBench(10, LIMITS);
            Request running = bench.submit(prompt(100, 20), 8);
            bench.step();
            Request large = bench.submit(prompt(200, 30), 2);
            Request small = bench.submit(prompt(300, 2), 2);
            bench.step();
            large.handle.cancel();
            bench.step();

            assertThat(running.runs()).isTrue();
            assertThat(small.runs()).isTrue();
        }

        @Test
        void noMoreAtOnceThanThereAreBlocksForTheirPrompts() {
            var bench = new SchedulerBench(10, limits().prefillChunk(4).build());
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                requests.add(bench.submit(prompt(100 * i + 100, 15), 1));
            }
            bench.step();

            assertThat(requests.stream().filter(Request::runs)).hasSize(2);
            bench.untilEnded(requests);
            assertThat(requests).allMatch(r -> r.preemptions() == 0);
        }

        @Test
        void aPromptThatTakesAllBlocksAfterOneThatCameWithIt() {
            var bench = new SchedulerBench(10, LIMITS);
            Request small = bench.submit(prompt(100, 3), 2);
            Request all = bench.submit(prompt(200, 38), 2);

            bench.untilEnded(List.of(small, all));

            assertThat(all.tokens).isEqualTo(all.expected());
            bench.checkAtRest();
        }

        @Test
        void aPromptForTheBlocksThatItDoesNotFindInTheCache() {
            var bench = new SchedulerBench(12, LIMITS);
            Request first = bench.submit(prompt(100, 30), 8);
            bench.untilEnded(List.of(first));
            Request running = bench.submit(prompt(100, 30), 8);
            bench.step();
            Request same = bench.submit(prompt(100, 30), 1);
            bench.step();

            assertThat(running.runs()).isTrue();
            assertThat(same.result.orElseThrow().stats().cachedTokens()).isEqualTo(28);
            assertThat(same.tokens).isEqualTo(same.expected());
        }
    }

    @Nested
    class SharesAForward {

        @Test
        void soThatAShortPromptIsAnsweredLongBeforeALongOneIsRead() {
            var bench = new SchedulerBench(MANY, LIMITS);
            Request tall = bench.submit(prompt(1000, 2000), 1);
            bench.step();
            Request small = bench.submit(prompt(100, 10), 5);
            for (int i = 0; i < 8; i++) {
                StepPlan plan = bench.step();
                assertThat(rows(plan, tall)).as("step %d", i).isPositive();
            }

            assertThat(small.tokens).isEqualTo(small.expected());
            assertThat(tall.tokens).isEmpty();
            bench.untilEnded(List.of(tall));
            assertThat(tall.tokens).isEqualTo(tall.expected());
        }

        @Test
        void soThatTheOldestPromptGoesOnHoweverManyShortOnesThereAre() {
            var bench = new SchedulerBench(
                    MANY, limits().maxRunning(12).prefillChunk(4).build());
            Request tall = bench.submit(prompt(1000, 400), 1);
            bench.step();
            for (int i = 0; i < 60; i++) {
                bench.submit(prompt(2000 + 10 * i, 9), 1);
            }
            for (int i = 0; i < 30; i++) {
                assertThat(rows(bench.step(), tall)).as("step %d", i).isPositive();
            }
        }

        @Test
        void soThatWhoDecodesEmitsInEveryStepWhileAPromptIsRead() {
            var bench = new SchedulerBench(MANY, LIMITS);
            Request decoding = bench.submit(prompt(100, 4), 40);
            bench.step();
            bench.submit(prompt(1000, 500), 1);
            for (int i = 0; i < 12; i++) {
                int before = decoding.tokens.size();
                StepPlan plan = bench.step();
                assertThat(plan.prefillRows()).isPositive();
                assertThat(decoding.tokens).hasSizeGreaterThan(before);
            }
        }

        @Test
        void withWholeChunksWhereNobodyDecodes() {
            var bench = new SchedulerBench(
                    MANY, limits().maxStep(Duration.ofMillis(1)).build());
            Request request = bench.submit(prompt(1000, 100), 1);

            assertThat(rows(bench.step(), request)).isEqualTo(32);
        }

        @Test
        void withSmallerChunksWherePromptRowsWouldKeepOthersWaiting() {
            assertThat(chunkBesideADecodingOne(Duration.ofMillis(100))).isEqualTo(32);
            assertThat(chunkBesideADecodingOne(Duration.ofMillis(3))).isBetween(17, 20);
            assertThat(chunkBesideADecodingOne(Duration.ofMillis(1)))
                    .as("a prompt goes on in any case")
                    .isEqualTo(8);
        }

        @Test
        void withSmallerChunksOnceForwardsTurnOutToBeSlower() {
            var bench = new SchedulerBench(
                    MANY, limits().maxStep(Duration.ofMillis(3)).build());
            for (int i = 0; i < 200; i++) {
                bench.layouts.observe(List.of(StepLayout.AUTOREGRESSIVE), 0, 10, 1_000_000L + 10 * 200_000L);
            }

            assertThat(chunkBesideADecodingOne(bench)).isBetween(9, 11);
        }

        private int chunkBesideADecodingOne(Duration maxStep) {
            return chunkBesideADecodingOne(
                    new SchedulerBench(MANY, limits().maxStep(maxStep).build()));
        }

        private int chunkBesideADecodingOne(SchedulerBench bench) {
            bench.submit(prompt(100, 4), 40);
            bench.step();
            Request tall = bench.submit(prompt(1000, 500), 1);
            return rows(bench.step(), tall);
        }
    }

    @Nested
    class TakesBlocksFromTheYoungest {

        private final SchedulerBench bench = new SchedulerBench(12, LIMITS);

        @Test
        void whichIsTheFirstToRunAgainAndEndsWithTheSameTokens() {
            var bench = new SchedulerBench(12, limits().maxRunning(2).build());
            Request old = bench.submit(prompt(100, 10), 24);
            Request young = bench.submit(prompt(200, 10), 24);
            bench.step();
            Request late = bench.submit(prompt(300, 2), 2);
            while (bench.totals.snapshot().preemptions() == 0) {
                bench.step();
            }
            assertThat(old.runs()).isTrue();
            assertThat(young.runs()).isFalse();
            assertThat(bench.queue.first()).contains(young.handle);
            while (!young.runs()) {
                bench.step();
                assertThat(late.runs() && !young.runs()).isFalse();
            }
            bench.untilEnded(List.of(old, young, late));

            assertThat(old.tokens).isEqualTo(old.expected());
            assertThat(young.tokens).isEqualTo(young.expected());
            assertThat(young.preemptions()).isPositive();
            assertThat(old.preemptions()).isZero();
            bench.checkAtRest();
        }

        @Test
        void whichFindsMostOfItsTokensInTheCacheAgain() {
            Request old = bench.submit(prompt(100, 10), 18);
            Request young = bench.submit(prompt(200, 10), 24);
            while (bench.totals.snapshot().preemptions() == 0) {
                bench.step();
            }
            bench.untilEnded(List.of(old));
            int owed = rows(bench.step(), young);

            assertThat(owed).isPositive().isLessThan(young.prompt.size());
            assertThat(young.handle.promptTokens()).isEqualTo(10);
            bench.untilEnded(List.of(young));
            assertThat(young.tokens).isEqualTo(young.expected());
        }

        @Test
        void onlyAfterOlderOnesHaveGivenUpTheirDraftRows() {
            var tight = new SchedulerBench(6, LIMITS);
            Optional<StepLayout> wide = Optional.of(new StepLayout.SinglePass(8, StepLayout.allOutcomes(8)));
            List<Request> requests =
                    List.of(tight.submit(prompt(100, 8), 4, wide), tight.submit(prompt(200, 8), 4, wide));
            tight.untilEnded(requests);

            assertThat(requests).allSatisfy(r -> assertThat(r.tokens).isEqualTo(r.expected()));
            assertThat(tight.totals.snapshot().preemptions()).isZero();
        }

        @Test
        void alsoWhileItReadsItsPrompt() {
            var tight = new SchedulerBench(12, limits().prefillChunk(2).build());
            Request old = tight.submit(prompt(100, 4), 40);
            Request young = tight.submit(prompt(200, 34), 4);

            tight.untilEnded(List.of(old, young));

            assertThat(old.tokens).isEqualTo(old.expected());
            assertThat(old.preemptions()).isZero();
            assertThat(young.tokens).isEqualTo(young.expected());
        }

        @Test
        void inTheOrderOfArrivalWhereSeveralGiveWay() {
            var tight = new SchedulerBench(14, limits().maxRunning(4).build());
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                requests.add(tight.submit(prompt(100 + 100 * i, 6), 30));
            }
            tight.untilEnded(requests);

            assertThat(requests).allSatisfy(r -> assertThat(r.tokens).isEqualTo(r.expected()));
            assertThat(requests.get(0).preemptions()).isZero();
            assertThat(tight.totals.snapshot().preemptions()).isPositive();
            tight.checkAtRest();
        }
    }

    @Nested
    class EndsARequestWithItsBlocksInTheSameStep {

        private final SchedulerBench bench = new SchedulerBench(100, LIMITS, false);

        @Test
        void whenItIsCancelledInTheQueue() {
            Request request = bench.submit(prompt(100, 10), 5);
            request.handle.cancel();
            bench.step();

            assertThat(request.result.orElseThrow().finishReason()).isEqualTo(FinishReason.CANCELLED);
            bench.checkAtRest();
        }

        @Test
        void whenItIsCancelledBetweenTwoChunks() {
            Request request = bench.submit(prompt(100, 100), 5);
            bench.step();
            assertThat(bench.pool.free()).isEqualTo(92);
            request.handle.cancel();

            assertThat(bench.step().isEmpty()).isTrue();
            assertThat(request.result.orElseThrow().finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(bench.pool.free()).isEqualTo(100);
        }

        @Test
        void whenItIsCancelledAtAnyStep() {
            for (int steps = 1; steps < 8; steps++) {
                Request request = bench.submit(prompt(100, 10), 50, Optional.of(new StepLayout.TwoPass(4)));
                for (int i = 0; i < steps; i++) {
                    bench.step();
                }
                request.handle.cancel();
                assertThat(bench.step().isEmpty()).isTrue();

                var result = request.result.orElseThrow();
                assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
                assertThat(result.tokens())
                        .isEqualTo(request.tokens)
                        .isEqualTo(request.expected().subList(0, request.tokens.size()));
                assertThat(bench.pool.free()).isEqualTo(100);
            }
        }

        @Test
        void whenItIsCancelledAfterItWasPreempted() {
            var tight = new SchedulerBench(12, LIMITS, false);
            Request old = tight.submit(prompt(100, 10), 24);
            Request young = tight.submit(prompt(200, 10), 24);
            while (tight.totals.snapshot().preemptions() == 0) {
                tight.step();
            }
            young.handle.cancel();
            tight.step();

            var result = young.result.orElseThrow();
            assertThat(result.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(result.tokens()).isNotEmpty().isEqualTo(young.tokens);
            tight.untilEnded(List.of(old));
            tight.checkAtRest();
        }

        @Test
        void whenItsTimeIsUpAndKeepsWhatItHas() {
            Request request = bench.submit(bench
            .new Request(
                    prompt(100, 10),
                    500,
                    SamplingParams.GREEDY,
                    Optional.of(StepLayout.AUTOREGRESSIVE),
                    new Terms(Optional.of(Duration.ofMillis(20)), "")));
            bench.untilEnded(List.of(request));

            var result = request.result.orElseThrow();
            assertThat(result.finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(result.tokens()).isNotEmpty().isEqualTo(request.tokens);
            bench.checkAtRest();
        }
    }

    @Nested
    class RejectsToLetARequestWait {

        private final SchedulerBench bench = new SchedulerBench(
                100, limits().maxRunning(1).maxQueueWait(Duration.ofSeconds(2)).build());

        @Test
        void longerThanTheQueuesLimit() {
            bench.submit(prompt(100, 10), 300);
            bench.step();
            Request late = bench.submit(prompt(200, 10), 5);
            bench.pass(Duration.ofMillis(2001));
            bench.step();

            assertThat(late.failure.orElseThrow())
                    .isInstanceOf(EngineBusyException.class)
                    .hasMessageContaining("waited for 2001 ms")
                    .matches(e -> ((EngineBusyException) e).isTransient())
                    .matches(e ->
                            ((EngineBusyException) e).retryAfter().orElseThrow().toSeconds() >= 1);
        }

        @Test
        void butEndsOneThatWaitedLongerThanItsOwnTime() {
            bench.submit(prompt(100, 10), 300);
            bench.step();
            Request hasty = bench.submit(bench
            .new Request(
                    prompt(200, 10),
                    5,
                    SamplingParams.GREEDY,
                    Optional.empty(),
                    new Terms(Optional.of(Duration.ofMillis(500)), "")));
            bench.pass(Duration.ofMillis(501));
            bench.step();

            assertThat(hasty.failure).isEmpty();
            assertThat(hasty.result.orElseThrow().finishReason()).isEqualTo(FinishReason.DEADLINE);
            assertThat(hasty.result.orElseThrow().tokens()).isEmpty();
        }

        @Test
        void butNotOneThatHasRunAndWasPreempted() {
            var tight = new SchedulerBench(
                    12, limits().maxQueueWait(Duration.ofSeconds(2)).build());
            Request old = tight.submit(prompt(100, 10), 24);
            Request young = tight.submit(prompt(200, 10), 24);
            while (tight.totals.snapshot().preemptions() == 0) {
                tight.step();
            }
            tight.pass(Duration.ofHours(1));
            tight.untilEnded(List.of(old, young));

            assertThat(young.tokens).isEqualTo(young.expected());
        }
    }
}
