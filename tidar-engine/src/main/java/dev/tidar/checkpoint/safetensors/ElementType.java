package dev.tidar.checkpoint.safetensors;

import dev.tidar.tensor.DType;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The element types that a safetensors header can name. Tensors of a type without a {@link DType} are read only as
 * parts of quantised matrices.
 */
public enum ElementType {
    F32(32, DType.F32),
    F16(16, DType.F16),
    BF16(16, DType.BF16),
    I8(8, DType.I8),
    BOOL(8),
    U8(8),
    I16(16),
    U16(16),
    I32(32),
    U32(32),
    I64(64),
    U64(64),
    F64(64),
    C64(64),
    F4(4),
    F6_E2M3(6),
    F6_E3M2(6),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E4M3FNUZ(8),
    F8_E5M2FNUZ(8);

    private final int bits;

    @Nullable
    private final DType dtype;

    ElementType(int bits) {
        this(bits, null);
    }

    ElementType(int bits, @Nullable DType dtype) {
        this.bits = bits;
        this.dtype = dtype;
    }

    /** The number of bits of one element. */
    public int bits() {
        return bits;
    }

    /** The type of the engine's own arithmetic for it, if it has one. */
    public Optional<DType> dtype() {
        return Optional.ofNullable(dtype);
    }

    static Optional<ElementType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }
}
