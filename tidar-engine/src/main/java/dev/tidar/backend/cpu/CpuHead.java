package dev.tidar.backend.cpu;

import dev.tidar.sampling.TokenSampler;
import dev.tidar.step.RowCounts;
import dev.tidar.step.SampledLogProbs;

/** Logits on the heap. Confined to the engine thread, and to the workers that sample. */
public final class CpuHead {

    private final Products products;
    private float[] hidden = new float[0];
    private float[] logits = new float[0];

    public CpuHead(Products products) {
        this.products = products;
    }

    /** The bytes that logits take at their largest. */
    public static long heapBytes(int vocabSize, HeapArrays arrays) {
        return arrays.floats((long) HeadSampler.ROWS * vocabSize);
    }

    /** The logits of rows of h {@code [, hidden]}. */
    public HeadSampler.Head of(CpuTensor h, CpuLinear head) {
        return new Scores(h, head);
    }

    private final class Scores implements HeadSampler.Head {
        private final CpuTensor h;
        private final CpuLinear head;

        Scores(CpuTensor h, CpuLinear head) {
            this.h = h;
            this.head = head;
        }

        @Override
        public void score(int[] rows) {
            int width = h.columns();
            reserve(rows.length, width);
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(h.values, rows[i] * width, hidden, i * width, width);
            }
            products.linear(logits, hidden, head, new RowCounts(rows.length, 0));
        }

        /** Grows the buffers once, to the largest batch of a step. */
        private void reserve(int rows, int width) {
            if (hidden.length < rows * width) {
                hidden = new float[rows * width];
            }
            if (logits.length < Math.multiplyExact(rows, head.outputs())) {
                logits = new float[rows * head.outputs()];
            }
        }

        @Override
        public int vocabSize() {
            return head.outputs();
        }

        @Override
        public int best(int index, int[] banned) {
            HeadSampler.hide(banned, logits, from(index), head.outputs());
            return TokenSampler.best(logits, from(index), head.outputs());
        }

        @Override
        public float[] logits(int index, int worker) {
            return logits;
        }

        @Override
        public int from(int index) {
            return index * head.outputs();
        }

        @Override
        public void write(SampledLogProbs to, int index, float[] values) {
            System.arraycopy(values, 0, ((CpuTensor) to.values()).values(), index, values.length);
        }
    }
}
