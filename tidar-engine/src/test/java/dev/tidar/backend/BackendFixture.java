package dev.tidar.backend;

import dev.tidar.api.WeightFormat;
import dev.tidar.sampling.RowSampling;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/** A backend of the kind under test, and values on it. */
abstract class BackendFixture {

    static final long SEED = 20261122;

    final SplittableRandom random = new SplittableRandom(SEED);
    Backend backend = create(WeightFormat.AUTO);

    abstract Backend create(WeightFormat weights);

    @AfterEach
    void close() {
        backend.close();
    }

    void recreate(WeightFormat weights) {
        backend.close();
        backend = create(weights);
    }

    /** A tensor of random values. */
    Tensor tensor(int rows, int columns) {
        return tensor(Matrix.random(random, rows, columns, DType.F32));
    }

    Tensor tensor(int rows, int columns, float... values) {
        return tensor(Matrix.of(rows, columns, values));
    }

    /** Embedding is how values come to any device. */
    Tensor tensor(Matrix values) {
        Tensor tensor = backend.allocate(values.rows(), values.columns());
        int[] tokens = IntStream.range(0, values.rows()).toArray();
        backend.embed(tensor, backend.linear(List.of(LinearSource.of(values))), 1, exactRows(tokens));
        return tensor;
    }

    float[] values(Tensor tensor) {
        return backend.read(tensor, tensor.rows());
    }

    float[] floats(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    Ids ids(int... values) {
        Ids ids = backend.allocateIds(values.length);
        backend.write(ids, values);
        return ids;
    }

    static Bound product(float[] x, int row, Matrix w, int output) {
        double value = 0;
        double magnitudes = 0;
        for (int k = 0; k < w.columns(); k++) {
            double term = (double) x[row * w.columns() + k] * w.at(output, k);
            value += term;
            magnitudes += Math.abs(term);
        }
        return Bound.chain(value, magnitudes, w.columns() + 2);
    }

    StepRows exactRows(int... tokens) {
        var builder = new StepRows.Builder();
        int sequence = builder.sequence(new int[] {0});
        for (int i = 0; i < tokens.length; i++) {
            builder.exact(sequence, tokens[i], i);
        }
        return builder.build();
    }

    /**
     * A step that verifies these samples: all of its one sequence, or one of each sequence.
     *
     * @param sampling how each of them is sampled
     */
    static StepInputs samples(StepRows rows, List<RowSampling> sampling) {
        List<VerifyPlan> plans = new ArrayList<>();
        int each = rows.numSequences() == 1 ? sampling.size() : 1;
        for (int s = 0; s < rows.numSequences(); s++) {
            int[] groups = new int[each + 1];
            Arrays.fill(groups, Ids.NONE);
            plans.add(new VerifyPlan(s * each, each, s * each, 0, 1, groups));
        }
        return new StepInputs(rows, plans, sampling, List.of());
    }

    interface Expected {
        Bound at(int row, int column);
    }

    void checkRows(Tensor y, int rows, Expected expected) {
        float[] actual = backend.read(y, rows);
        for (int r = 0; r < rows; r++) {
            for (int n = 0; n < y.columns(); n++) {
                expected.at(r, n).check(actual[r * y.columns() + n], "y", r, n);
            }
        }
    }
}
