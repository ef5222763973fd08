package dev.tidar.backend.cpu;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.CpuBackend;
import dev.tidar.step.RowCounts;
import dev.tidar.tensor.DType;
import java.util.Optional;

/** A program for a JVM that may lack the vector module: makes a backend, tells what it is, multiplies. */
final class PlainJvm {

    private PlainJvm() {}

    public static void main(String[] arguments) {
        try (CpuBackend backend = new CpuBackend(WeightFormat.AUTO, 2)) {
            System.out.println("kernels: " + backend.facts().kernels());
            backend.facts().degradations().forEach(d -> System.out.println("degradation: " + d));
            CpuTensor x = (CpuTensor) backend.allocate(1, 1);
            x.values()[0] = 3;
            CpuTensor y = (CpuTensor) backend.allocate(1, 1);
            PackedMatrix one = new PackedMatrix(1, 1, DType.F32);
            one.floats(0)[0] = 1;
            backend.linear(y, x, new CpuLinear(one, 1, new float[0], Optional.empty()), new RowCounts(1, 0));
            System.out.println("row: " + y.values()[0]);
        }
    }
}
