package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.support.SpringFactoriesLoader;

@DisplayName("The runtime hints of the starter")
class TidarRuntimeHintsTest {

    private static final RuntimeHints HINTS = new RuntimeHints();

    @BeforeAll
    static void register() {
        SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
                .load(RuntimeHintsRegistrar.class)
                .stream()
                .filter(TidarRuntimeHints.class::isInstance)
                .forEach(hints -> hints.registerHints(HINTS, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev/tidar/kernels/native/linux-x86_64/libtidar_kernels.so",
                "dev/tidar/kernels/tidar-sm80.ptx",
                "dev/tidar/text/tokenizer/unicode/normalization.txt"
            })
    void coverTheFilesThatTheEngineReads(String file) {
        assertThat(RuntimeHintsPredicates.resource().forResource(file)).accepts(HINTS);
    }

    @Test
    void coverThePropertiesOfNamedModels() {
        assertThat(RuntimeHintsPredicates.reflection().onType(TidarProperties.class))
                .accepts(HINTS);
        assertThat(RuntimeHintsPredicates.reflection().onType(TidarWarmUpProperties.class))
                .accepts(HINTS);
        assertThat(RuntimeHintsPredicates.reflection().onType(TidarProperties.Queue.class))
                .accepts(HINTS);
    }
}
