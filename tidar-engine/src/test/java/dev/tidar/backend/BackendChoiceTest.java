package dev.tidar.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.Device;
import dev.tidar.api.DeviceException;
import dev.tidar.api.DeviceFallback;
import dev.tidar.api.EngineOptions;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.EmulatedGpu;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@EmulatedGpuTest
@DisplayName("The choice of a backend")
class BackendChoiceTest {

    @ParameterizedTest
    @ValueSource(strings = {"auto", "cuda", "cuda:0"})
    void isTheGpuWhereThereIsOne(String device) {
        try (Backend backend = choose(device, DeviceFallback.FAIL).backend()) {
            assertThat(backend.facts().device()).isEqualTo("cuda:0, emulated");
            assertThat(backend.freeBytes()).isPresent();
        }
    }

    @Test
    void isTheGpuWithTheNumberThatIsAskedFor() {
        EmulatedGpu.devices(2);
        try (Backend backend = choose("cuda:1", DeviceFallback.FAIL).backend()) {
            assertThat(backend.facts().device()).isEqualTo("cuda:1, emulated");
        }
    }

    @Test
    void isTheCpuWhereThatIsAskedFor() {
        BackendChoice choice = choose("cpu", DeviceFallback.FAIL);
        try (Backend backend = choice.backend()) {
            assertThat(backend.facts().device()).startsWith("cpu");
            assertThat(choice.reason()).isEqualTo("the options ask for the CPU");
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "devices | 0 | the NVIDIA driver finds no device",
                "driver | 11080 | the NVIDIA driver knows CUDA 11.8, but 12.0 (driver 525) is the minimum; update the driver",
                "capability | 75 | emulated has compute capability 7.5, but 8.0 (Ampere) is the minimum",
            })
    void saysInOneLineWhyThereIsNoGpu(String what, int value, String why) {
        pretend(what, value);

        BackendChoice auto = choose("auto", DeviceFallback.FAIL);
        try (Backend backend = auto.backend()) {
            assertThat(backend.facts().device()).startsWith("cpu");
            assertThat(auto.reason()).isEqualTo("no GPU: " + why);
            assertThat(auto.degradations()).as("nobody asked for a GPU").isEmpty();
        }

        BackendChoice fallback = choose("cuda", DeviceFallback.CPU);
        try (Backend backend = fallback.backend()) {
            assertThat(backend.facts().device()).startsWith("cpu");
            assertThat(fallback.degradations())
                    .containsExactly("the CPU instead of a GPU, because cuda cannot be used: " + why);
        }

        assertThatThrownBy(() -> choose("cuda", DeviceFallback.FAIL))
                .isInstanceOf(DeviceException.class)
                .hasMessageStartingWith("device cuda cannot be used: " + why);
    }

    @Test
    void saysHowManyGpusThereAreWhereTheNumberIsTooHigh() {
        assertThatThrownBy(() -> choose("cuda:3", DeviceFallback.FAIL))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("cuda:3")
                .hasMessageContaining("1 GPU(s)");
    }

    private static void pretend(String what, int value) {
        switch (what) {
            case "devices" -> EmulatedGpu.devices(value);
            case "driver" -> EmulatedGpu.driver(value);
            default -> EmulatedGpu.capability(value);
        }
    }

    private static BackendChoice choose(String device, DeviceFallback fallback) {
        return BackendChoice.of(
                EngineOptions.builder(Path.of("none"))
                        .device(Device.of(device))
                        .deviceFallback(fallback)
                        .threads(1)
                        .build(),
                Arithmetic.STRICT);
    }
}
