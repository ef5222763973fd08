package dev.tidar.checkpoint.quantized;

import dev.tidar.checkpoint.safetensors.TensorEntry;
import dev.tidar.checkpoint.safetensors.TensorSet;
import dev.tidar.json.JsonFields;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.MatrixSource;

/**
 * How a checkpoint stores quantised matrices. Which modules are quantised is seen by their tensors; lists of modules to
 * leave alone ({@code ignore}, {@code modules_to_not_convert}) say nothing that the tensors do not. Quantised
 * activations, keys and values are computed in the device's own types, so what belongs to them is left out.
 */
interface QuantizedFormat {

    /**
     * Reads {@code quantization_config}.
     *
     * @throws dev.tidar.api.InvalidModelException if it asks for something that would be read wrongly
     */
    static QuantizedFormat read(JsonFields config) {
        String method = config.string("quant_method").orElseThrow(() -> config.missing("quant_method"));
        return switch (method) {
            case "compressed-tensors" -> CompressedTensorsReader.read(config);
            case "fp8" -> BlockFloat8.read(config);
            case "gptq" -> Gptq.read(config);
            case "awq" -> Awq.read(config);
            default -> throw config.unsupported("quant_method", "compressed-tensors, fp8, gptq or awq");
        };
    }

    /** The format in words, such as {@code GPTQ int4, groups of 128}. */
    String description();

    /** Whether a module has quantised weights. */
    boolean stores(TensorSet tensors, String module);

    /** The number of rows of a module's matrix, by the shape of its codes. */
    long rows(TensorSet tensors, String module);

    /** Takes the tensors of a module. */
    MatrixSource matrix(TensorSet tensors, String module, int rows, int columns);

    /** The part that a tensor has in quantised modules. */
    Part part(TensorSet tensors, TensorEntry entry);

    /**
     * What a tensor is.
     *
     * @param role what it is to the matrix of its module
     * @param weights elements of a matrix that it holds; 0 unless it holds codes
     * @param keptAs the type of those weights on a device that is to keep what is stored
     */
    record Part(Role role, long weights, DType keptAs) {

        enum Role {
            /** Codes, and scales, zero points and indices, without which codes say nothing. */
            OF_MATRIX,
            /** What belongs to quantised activations, keys or values, and whatever else changes nothing. */
            WITHOUT_EFFECT,
            /** No part of a quantised module. */
            PLAIN
        }

        static Part codes(long weights, DType keptAs) {
            return new Part(Role.OF_MATRIX, weights, keptAs);
        }

        /** Scales, zero points and indices. */
        static Part beside() {
            return new Part(Role.OF_MATRIX, 0, DType.F32);
        }

        static Part withoutEffect() {
            return new Part(Role.WITHOUT_EFFECT, 0, DType.F32);
        }

        static Part plain(TensorEntry entry) {
            return new Part(Role.PLAIN, entry.elements(), entry.type().dtype().orElse(DType.F32));
        }

        /** Whether a network without it would lack something. */
        boolean isNeeded() {
            return role != Role.WITHOUT_EFFECT;
        }
    }
}
