package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.EmulatedGpu;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepProgram;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@EmulatedGpuTest
@DisplayName("The CUDA backend on the emulated GPU")
class CudaBackendTest extends BackendContract {

    @Override
    Backend create(WeightFormat weights) {
        return Backend.onGpu(weights, Arithmetic.STRICT, EmulatedGpu.gpu());
    }

    @Test
    void rejectsAVerbThatUsesOtherRowsThanItsStep() {
        Linear table = backend.linear(List.of(LinearSource.of(Matrix.of(2, 1, 5, 6))));
        Tensor y = tensor(1, 1);
        StepProgram program = program(inputs -> backend.embed(y, table, 1, exactRows(1)));

        assertThatIllegalStateException()
                .isThrownBy(() -> program.run(oneRow()))
                .withMessageContaining("must use the rows that it is given");
    }

    @Test
    void rejectsAStepInsideOfAStep() {
        StepProgram inner = program(inputs -> {});
        StepProgram outer = program(inner::run);

        assertThatIllegalStateException()
                .isThrownBy(() -> outer.run(oneRow()))
                .withMessage("a step must not run inside of a step");
        inner.run(oneRow()); // the failure has ended the outer step
    }

    private StepProgram program(Consumer<StepInputs> verbs) {
        HeadGeometry heads = new HeadGeometry(1, 1, 64);
        return backend.program(backend.allocateKv(new KvGeometry(1, 1, 64, 16, DType.F32), 2), heads, 8, verbs);
    }

    private StepInputs oneRow() {
        return samples(exactRows(1), List.of(RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE)));
    }
}
