package dev.tidar.backend;

import static dev.tidar.backend.CpuBitsTest.assertSame;
import static dev.tidar.backend.CpuBitsTest.exact;
import static dev.tidar.backend.CpuBitsTest.verifyAndDraft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.TinyNetwork.Outcome;
import dev.tidar.backend.TinyNetwork.Trace;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.CudaVerbs;
import dev.tidar.backend.cuda.EmulatedGpu;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Ids;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EmulatedGpuTest
@DisplayName("The bits of a row on the emulated GPU")
class CudaBitsTest {

    private static final int VERIFY = 3;
    private static final int WIDTH = 4;

    @ParameterizedTest(name = "{0}, {1} rows")
    @CsvSource({"F32, 1", "F32, 33", "BF16, 5", "I8, 1", "I8, 33", "F16, 13"})
    void areThoseOfTheCpu(DType dtype, int exact) {
        StepRows rows = verifyAndDraft(exact, 3, 7);

        try (Backend gpu = gpu(true);
                Backend cpu = cpu()) {
            assertSame(
                    network(gpu, dtype, DType.F32).run(rows),
                    network(cpu, dtype, DType.F32).run(rows));
        }
    }

    @Test
    void areTheSameAloneAndAmong72() {
        try (Backend backend = gpu(true)) {
            TinyNetwork alone = network(backend, DType.I8, DType.F32);
            List<List<Trace>> single =
                    IntStream.range(0, 72).mapToObj(p -> alone.run(exact(p, 1))).toList();

            List<Trace> together = network(backend, DType.I8, DType.F32).run(exact(0, 72));

            for (int i = 0; i < together.size(); i++) {
                for (int row = 0; row < 72; row++) {
                    assertThat(together.get(i).row(row))
                            .isEqualTo(single.get(row).get(i).row(0));
                }
            }
        }
    }

    /** Different tokens at different positions, all of one shape: the first is queued, the second captured. */
    @ParameterizedTest(name = "captured: {0}, with rules: {1}")
    @CsvSource({"true, false", "false, false", "true, true", "false, true"})
    void areTheSameWhetherAStepIsReplayedOrQueuedVerbByVerb(boolean captures, boolean filtered) {
        try (Backend gpu = gpu(captures);
                Backend cpu = cpu()) {
            TinyNetwork network = network(gpu, DType.I8, DType.F32);
            TinyNetwork expected = network(cpu, DType.I8, DType.F32);
            int replays = EmulatedGpu.replays();
            for (int position = 0; position < 6; position++) {
                assertSameStep(network, expected, filtered ? filteredStep(position, 2) : step(position));
            }
            if (EmulatedGpu.counts()) {
                assertThat(EmulatedGpu.replays() - replays).isEqualTo(captures ? 5 : 0);
            }
        }
    }

    /** The block that has the rules moves, so what was captured before is of no use any more. */
    @Test
    void areTheSameWhenTheRulesOutgrowTheirMemoryBetweenReplays() {
        try (Backend gpu = gpu(true);
                Backend cpu = cpu()) {
            TinyNetwork network = network(gpu, DType.I8, DType.F32);
            TinyNetwork expected = network(cpu, DType.I8, DType.F32);
            for (int maskWords : new int[] {2, 2, 2, 30_000, 60_000, 2, 60_000, 200_000, 2}) {
                for (int position = 0; position < 2; position++) {
                    assertSameStep(network, expected, filteredStep(position, maskWords));
                    assertSameStep(network, expected, step(position));
                }
            }
        }
    }

    private static void assertSameStep(TinyNetwork network, TinyNetwork expected, StepInputs inputs) {
        Outcome outcome = network.step(inputs);

        Outcome same = expected.step(inputs);
        assertThat(outcome.rows()).isEqualTo(same.rows());
        assertThat(outcome.kept()).isEqualTo(same.kept());
        assertThat(outcome.sampled()).isEqualTo(same.sampled());
        if (inputs.plans().get(0).group(same.kept()[0]) != Ids.NONE) {
            assertThat(outcome.drafts()).isEqualTo(same.drafts());
        }
    }

    private static TinyNetwork network(Backend backend, DType dtype, DType kvType) {
        return new TinyNetwork(backend, dtype, kvType, BackendFixture.SEED, OptionalInt.empty());
    }

    private static StepInputs step(int position) {
        SamplingParams params = position % 2 == 0 ? SamplingParams.GREEDY : new SamplingParams(0.9f, position);
        RowSampling rule = RowSampling.draft(params, TokenCounts.NONE);
        return step(position, Collections.nCopies(VERIFY, rule), Collections.nCopies(WIDTH - 1, rule));
    }

    /** Rules that differ from row to row and from step to step; a plain one among them, and masks of this length. */
    private static StepInputs filteredStep(int position, int maskWords) {
        var random = new SplittableRandom(BackendFixture.SEED + position);
        long[] mask = random.longs(maskWords).toArray();
        List<RowSampling> verify = new ArrayList<>(RandomSamplings.of(random, VERIFY - 1, TinyNetwork.VOCAB));
        verify.replaceAll(rule -> rule.allowing(mask));
        SamplingParams asking =
                RandomSamplings.asking(verify.get(0).params(), 3); // in each step, because that is another graph
        verify.set(
                0,
                RowSampling.verify(
                        asking, verify.get(0).history(), verify.get(0).since()));
        verify.add(RowSampling.draft(new SamplingParams(0.9f, position), TokenCounts.NONE));
        return step(position, verify, RandomSamplings.of(random, WIDTH - 1, TinyNetwork.VOCAB));
    }

    private static StepInputs step(int position, List<RowSampling> verify, List<RowSampling> draft) {
        StepRows rows = verifyAndDraft(position, VERIFY, VERIFY, WIDTH);
        int[] groups = new int[VERIFY + 1];
        Arrays.setAll(groups, kept -> kept == 0 ? Ids.NONE : VERIFY + (kept - 1) * WIDTH);
        return new StepInputs(rows, List.of(new VerifyPlan(0, VERIFY, 0, 0, WIDTH, groups)), verify, draft);
    }

    private static Backend gpu(boolean captures) {
        return new CheckedBackend(
                new GpuDevice(new CudaVerbs(WeightFormat.AUTO, Arithmetic.STRICT, EmulatedGpu.gpu(), captures)));
    }

    private static Backend cpu() {
        return Backend.onCpu(WeightFormat.AUTO, 1, KernelChoice.plain());
    }
}
