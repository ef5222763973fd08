package dev.tidar.backend.jni;

import dev.tidar.tensor.Gain;

/** The learned scale of a norm. */
public record NativeGain(int length, long address) implements Gain {

    public static NativeGain of(NativeMemory memory, float[] values) {
        return new NativeGain(values.length, Constants.copy(memory, values));
    }
}
