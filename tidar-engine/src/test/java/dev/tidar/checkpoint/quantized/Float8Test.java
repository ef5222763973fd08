package dev.tidar.checkpoint.quantized;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.checkpoint.safetensors.ElementType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The values of the OCP specification of 8-bit floats (OFP8), table 2. */
@DisplayName("8-bit floats")
class Float8Test {

    private final float[] e4m3 = Float8.values(ElementType.F8_E4M3);
    private final float[] e5m2 = Float8.values(ElementType.F8_E5M2);

    @Test
    void e4m3HasNoInfinityAndItsLargestNumberBelowNaN() {
        assertThat(e4m3[0x7e]).isEqualTo(448);
        assertThat(e4m3[0xfe]).isEqualTo(-448);
        assertThat(e4m3[0x7f]).isNaN();
        assertThat(e4m3[0xff]).isNaN();
    }

    @Test
    void e4m3HasSubnormalsDownToTwoToTheMinusNine() {
        assertThat(e4m3[0x01]).isEqualTo(0x1p-9f);
        assertThat(e4m3[0x07]).isEqualTo(7 * 0x1p-9f);
        assertThat(e4m3[0x08]).isEqualTo(0x1p-6f);
        assertThat(e4m3[0x38]).isEqualTo(1);
        assertThat(Float.floatToRawIntBits(e4m3[0x80])).isEqualTo(Float.floatToRawIntBits(-0f));
    }

    @Test
    void e5m2HasTheNumbersOfTheUpperHalfOfHalfPrecision() {
        assertThat(e5m2[0x7b]).isEqualTo(57344);
        assertThat(e5m2[0x7c]).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(e5m2[0x7d]).isNaN();
        assertThat(e5m2[0x01]).isEqualTo(0x1p-16f);
        assertThat(e5m2[0xbc]).isEqualTo(-1);
    }
}
