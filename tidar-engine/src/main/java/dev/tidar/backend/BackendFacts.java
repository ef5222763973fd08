package dev.tidar.backend;

import java.util.List;

/**
 * The device and kernels that a backend runs on.
 *
 * @param device for example {@code cpu, 8 threads}
 * @param kernels for example {@code native-avx2-int8}, {@code vector-512} or {@code plain}; the ending {@code -int8}
 *     says that int8 weights are multiplied by activations in int8. On a GPU the arithmetic and what the driver loaded:
 *     {@code cuda-bf16-sm90}, a cubin for that architecture, or {@code cuda-bf16-ptx}, which it compiled itself
 * @param degradations fallbacks that are active, each with what would end it
 */
public record BackendFacts(String device, String kernels, List<String> degradations) {

    public BackendFacts {
        degradations = List.copyOf(degradations);
    }
}
