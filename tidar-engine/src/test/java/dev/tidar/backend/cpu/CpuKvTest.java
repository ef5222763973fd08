package dev.tidar.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The KV cache of the CPU backend")
class CpuKvTest {

    @Test
    void takesTheBytesThatItsGeometryStates() {
        KvGeometry f32 = new KvGeometry(3, 2, 20, 32, DType.F32);
        KvGeometry bf16 = new KvGeometry(3, 2, 20, 32, DType.BF16);

        assertThat(new CpuKv(f32, 2).floats(1)).hasSize((int) f32.blockBytes() / Float.BYTES);
        assertThat(new CpuKv(bf16, 2).bf16(1)).hasSize((int) bf16.blockBytes() / Short.BYTES);
        assertThat(bf16.blockBytes()).isEqualTo(f32.blockBytes() / 2);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "I8"})
    void rejectsOtherTypes(DType dtype) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CpuKv(new KvGeometry(1, 1, 2, 16, dtype), 1))
                .withMessage("KV dtype must be F32 or BF16 on the CPU, but is " + dtype);
    }
}
