package dev.tidar.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.FinishReason;
import dev.tidar.api.Limits;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.WithDraftModel;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.schedule.SchedulerBench.Request;
import dev.tidar.schedule.SchedulerBench.Terms;
import dev.tidar.step.GroupWidth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random requests of every kind in too little memory: each is answered as if it were alone, and each ends. */
@DisplayName("Whatever runs beside a request")
@Timeout(120) // a request without an end would wait for ever
class BatchEquivalenceTest {

    private static final int BLOCKS = 40;

    /** Room for one sequence and less than half of another one. */
    private static final int FEW_BLOCKS = 30;

    private static final List<Optional<StepLayout>> LAYOUTS = List.of(
            Optional.empty(),
            Optional.of(StepLayout.AUTOREGRESSIVE),
            Optional.of(new StepLayout.TwoPass(4)),
            Optional.of(new StepLayout.SinglePass(4, StepLayout.allOutcomes(4))),
            Optional.of(new StepLayout.SinglePass(8, new TreeSet<>(List.of(1, 8)))),
            Optional.of(new StepLayout.SinglePass(4, StepLayout.allOutcomes(4), GroupWidth.SHORT)),
            Optional.of(new StepLayout.SinglePass(4, new TreeSet<>(), GroupWidth.SHORT)),
            Optional.of(new WithDraftModel(2)),
            Optional.of(new WithDraftModel(6)));

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void itsTokensAreThoseThatItHasAlone(long seed) {
        var random = new SplittableRandom(seed);
        var bench = new SchedulerBench(
                BLOCKS,
                Limits.builder()
                        .maxRunning(random.nextInt(1, 9))
                        .maxQueued(100)
                        .maxQueueWait(Duration.ofHours(1))
                        .prefillChunk(random.nextInt(1, 40))
                        .maxStep(Duration.ofMillis(random.nextInt(1, 20)))
                        .build(),
                random.nextInt(4) > 0,
                true);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            requests.add(bench.submit(request(bench, random)));
            if (random.nextInt(10) == 0) {
                requests.get(random.nextInt(requests.size())).handle.cancel();
            }
            for (int step = random.nextInt(8); step > 0; step--) {
                bench.step();
            }
        }
        bench.untilEnded(requests);

        for (Request request : requests) {
            List<Integer> expected = request.expected();
            boolean cancelled = request.result.orElseThrow().finishReason() == FinishReason.CANCELLED;
            assertThat(request.tokens)
                    .isEqualTo(cancelled ? expected.subList(0, request.tokens.size()) : expected)
                    .isEqualTo(request.result.orElseThrow().tokens());
        }
        assertThat(bench.model.acceptance()).isGreaterThan(0.3);
        bench.checkAtRest();
        var totals = bench.totals.snapshot();
        assertThat(totals.finished() + totals.cancelled()).isEqualTo(requests.size());
    }

    @ParameterizedTest(name = "{0} at once")
    @ValueSource(ints = {2, 3, 8})
    void itIsPreemptedAndEndsAllTheSame(int sequences) {
        var bench = new SchedulerBench(
                FEW_BLOCKS, Limits.builder().maxRunning(sequences).build(), true, true);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            Optional<StepLayout> layout = LAYOUTS.get(i % LAYOUTS.size());
            requests.add(bench.submit(bench
            .new Request(SchedulerBench.prompt(100 * i, 20), 70, new SamplingParams(1, i), layout, Terms.NONE)));
        }
        bench.untilEnded(requests);

        assertThat(requests).allSatisfy(r -> assertThat(r.tokens).isEqualTo(r.expected()));
        assertThat(bench.totals.snapshot().preemptions()).isPositive();
        bench.checkAtRest();
    }

    /** One of few conversations, cut somewhere and gone on with in its own way. */
    private static Request request(SchedulerBench bench, SplittableRandom random) {
        List<Integer> prompt =
                new ArrayList<>(SchedulerBench.prompt(100 * random.nextInt(1, 5), random.nextInt(1, 60)));
        if (random.nextBoolean()) {
            prompt.set(random.nextInt(prompt.size()), random.nextInt(1, 1000));
        }
        SamplingParams params = random.nextBoolean() ? SamplingParams.GREEDY : new SamplingParams(1, random.nextInt(3));
        Terms terms = new Terms(Optional.empty(), random.nextInt(4) == 0 ? "tenant" : "");
        return bench
        .new Request(prompt, random.nextInt(1, 50), params, LAYOUTS.get(random.nextInt(LAYOUTS.size())), terms);
    }
}
