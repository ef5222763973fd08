package dev.tidar.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tidar.api.Activations;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.jni.WithNativeKernels;
import dev.tidar.sampling.BannedIds;
import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.StepInputs;
import dev.tidar.tensor.DType;
import java.lang.management.ManagementFactory;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The network has 32,768 tokens: a row of logits alone takes 128 KiB. */
@WithNativeKernels
@DisplayName("A step on native memory")
class StepAllocationTest {

    private static final int CONTEXT = 128;
    private static final long SMALL_OBJECTS = 24 << 10;

    private static final RowSampling GREEDY = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);

    private static final RowSampling SAMPLED = RowSampling.draft(
            new SamplingParams(
                    0.8f,
                    1,
                    new Filters(50, 0.95, 0, 1),
                    Penalties.NONE,
                    LogitBias.NONE,
                    BannedIds.NONE,
                    OptionalInt.empty()),
            TokenCounts.NONE);

    @Test
    void allocatesNoRowsKeysOrLogitsOnTheHeap() {
        try (Backend backend = Backend.onNativeCpu(WeightFormat.AUTO, Activations.INT8, 1)) {
            StepBench network = StepBench.of("tiny", backend, DType.I8, CONTEXT);
            for (RowSampling sampling : new RowSampling[] {GREEDY, SAMPLED}) {
                assertThat(allocated(network, network.inputs(1, 1, 0, sampling)))
                        .as("one row, %s", sampling.params())
                        .isLessThan(SMALL_OBJECTS);
                assertThat(allocated(network, network.inputs(1, 4, 4, sampling)))
                        .as("20 rows, %s", sampling.params())
                        .isLessThan(SMALL_OBJECTS);
                assertThat(allocated(network, network.inputs(2, 1, 0, sampling)))
                        .as("two sequences, %s", sampling.params())
                        .isLessThan(SMALL_OBJECTS);
            }
        }
    }

    /** The bytes that this thread, which does all the work, allocates for a step once scratch has grown. */
    private static long allocated(StepBench network, StepInputs inputs) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        int steps = 20;
        for (int i = 0; i < steps; i++) {
            network.step(inputs);
        }
        long before = threads.getThreadAllocatedBytes(id);
        for (int i = 0; i < steps; i++) {
            network.step(inputs);
        }
        return (threads.getThreadAllocatedBytes(id) - before) / steps;
    }
}
