package dev.tidar.backend.cpu;

import dev.tidar.tensor.Gain;

/** The learned scale of a norm. Immutable. */
public final class CpuGain implements Gain {

    final float[] values;

    public CpuGain(float[] values) {
        this.values = values.clone();
    }

    @Override
    public int length() {
        return values.length;
    }
}
