package dev.tidar.backend.cpu;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.step.RowCounts;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.MatrixSource;
import java.util.List;

/** A program for a JVM that may lack the vector module: makes a backend, prints what it is, multiplies. */
final class PlainJvm {

    private PlainJvm() {}

    public static void main(String[] arguments) {
        try (Backend backend = Backend.onCpu(WeightFormat.AUTO, 2, KernelChoice.automatic())) {
            System.out.println("kernels: " + backend.facts().kernels());
            backend.facts().degradations().forEach(d -> System.out.println("degradation: " + d));
            CpuTensor x = (CpuTensor) backend.allocate(1, 1);
            x.values()[0] = 3;
            CpuTensor y = (CpuTensor) backend.allocate(1, 1);
            backend.linear(y, x, backend.linear(List.of(LinearSource.of(new One()))), new RowCounts(1, 0));
            System.out.println("row: " + y.values()[0]);
        }
    }

    /** The matrix {@code [[1]]}. */
    private record One() implements MatrixSource {

        @Override
        public String name() {
            return "one";
        }

        @Override
        public int rows() {
            return 1;
        }

        @Override
        public int columns() {
            return 1;
        }

        @Override
        public DType dtype() {
            return DType.F32;
        }

        @Override
        public void readRow(int row, float[] target) {
            target[0] = 1;
        }

        @Override
        public float readInt8Row(int row, byte[] target) {
            throw new IllegalStateException("not int8");
        }
    }
}
