package dev.tidar.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;

/**
 * What Spring's processing ahead of time cannot find out by itself: the files that the engine reads from its artifacts,
 * and that {@link NamedModel} binds the properties of several models.
 */
final class TidarRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources().registerPattern("dev/tidar/kernels/**");
        hints.resources().registerPattern("dev/tidar/text/tokenizer/unicode/*");
        BindableRuntimeHintsRegistrar.forTypes(TidarProperties.class).registerHints(hints);
    }
}
