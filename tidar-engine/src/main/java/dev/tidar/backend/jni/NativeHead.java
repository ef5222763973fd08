package dev.tidar.backend.jni;

import dev.tidar.backend.cpu.HeadSampler;
import dev.tidar.step.SampledLogProbs;
import java.util.Arrays;

/**
 * Logits in native memory. The best token of a row is found there; to sample in another way, a worker copies the row to
 * an array of its own. Confined to the engine thread, and to the workers that sample.
 */
public final class NativeHead {

    private static final float[] NONE = {};

    private final NativeProducts products;
    private final NativeScratch hidden;
    private final NativeScratch logits;
    private final float[][] copies;

    NativeHead(NativeMemory memory, NativeProducts products, int threads) {
        this.products = products;
        this.hidden = new NativeScratch(memory);
        this.logits = new NativeScratch(memory);
        this.copies = new float[threads][];
        Arrays.fill(copies, NONE);
    }

    /** The bytes of native memory that logits take at their largest. */
    public static long scratchBytes(int vocabSize) {
        return (long) HeadSampler.ROWS * vocabSize * Float.BYTES * 3 / 2; // as scratch grows
    }

    /** The logits of rows of h {@code [, hidden]}. */
    public HeadSampler.Head of(NativeTensor h, NativeLinear head) {
        return new Scores(h, head);
    }

    private final class Scores implements HeadSampler.Head {
        private final NativeTensor h;
        private final NativeLinear head;
        private long address;

        Scores(NativeTensor h, NativeLinear head) {
            this.h = h;
            this.head = head;
        }

        @Override
        public void score(int[] rows) {
            long rowBytes = (long) h.columns() * Float.BYTES;
            long x = hidden.atLeast(rows.length * rowBytes);
            for (int i = 0; i < rows.length; i++) {
                NativeKernels.copy(x + i * rowBytes, h.row(rows[i]), rowBytes);
            }
            address = logits.atLeast((long) rows.length * head.outputs() * Float.BYTES);
            products.linear(address, x, head, rows.length);
        }

        @Override
        public int vocabSize() {
            return head.outputs();
        }

        @Override
        public int best(int index, int[] banned) {
            long row = row(index);
            for (int id : banned) {
                if (id < head.outputs()) {
                    NativeKernels.write(row + (long) id * Float.BYTES, Float.NEGATIVE_INFINITY);
                }
            }
            return NativeKernels.best(row, head.outputs());
        }

        private long row(int index) {
            return address + (long) index * head.outputs() * Float.BYTES;
        }

        @Override
        public float[] logits(int index, int worker) {
            if (copies[worker].length < head.outputs()) {
                copies[worker] = new float[head.outputs()];
            }
            NativeKernels.read(copies[worker], row(index), head.outputs());
            return copies[worker];
        }

        @Override
        public int from(int index) {
            return 0;
        }

        @Override
        public void write(SampledLogProbs to, int index, float[] values) {
            ((NativeTensor) to.values()).write(index, values, values.length);
        }
    }
}
