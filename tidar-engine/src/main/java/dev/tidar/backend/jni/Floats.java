package dev.tidar.backend.jni;

import dev.tidar.backend.jni.NativeMemory.Stretch;

/** Constant floats in native memory. */
final class Floats {

    private Floats() {}

    /** Copies values and returns their address; 0 for none. */
    static long copy(NativeMemory memory, float[] values) {
        if (values.length == 0) {
            return 0;
        }
        Stretch stretch = memory.reserve((long) values.length * Float.BYTES);
        stretch.buffer().asFloatBuffer().put(values);
        return stretch.address();
    }
}
