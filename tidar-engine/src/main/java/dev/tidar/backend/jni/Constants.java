package dev.tidar.backend.jni;

import dev.tidar.backend.jni.NativeMemory.Stretch;

/** Constant numbers in native memory. */
final class Constants {

    private Constants() {}

    /** Copies values and returns their address; 0 for none. */
    static long copy(NativeMemory memory, float[] values) {
        if (values.length == 0) {
            return 0;
        }
        Stretch stretch = memory.reserve((long) values.length * Float.BYTES);
        stretch.buffer().asFloatBuffer().put(values);
        return stretch.address();
    }

    /** Copies values and returns their address; 0 for none. */
    static long copy(NativeMemory memory, int[] values) {
        if (values.length == 0) {
            return 0;
        }
        Stretch stretch = memory.reserve((long) values.length * Integer.BYTES);
        stretch.buffer().asIntBuffer().put(values);
        return stretch.address();
    }
}
