package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineStatus;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;

/**
 * The engine of an application, once something has asked for it. To look for it makes none, so that what only reports
 * about an engine does not load a model that nothing else needs. Thread-safe.
 *
 * <p>Its value is the status of the engine; empty while there is no engine, and for a mock that was told none.
 */
final class PresentEngine implements Supplier<Optional<EngineStatus>> {

    private final BeanFactory beans;

    /** The engine that was found; it still reports when the context has ended. */
    private volatile Optional<TidarEngine> found = Optional.empty();

    PresentEngine(BeanFactory beans) {
        this.beans = beans;
    }

    Optional<TidarEngine> engine() {
        if (found.isEmpty()) {
            found = engine(beans);
        }
        return found;
    }

    @Override
    public Optional<EngineStatus> get() {
        return engine().map(TidarEngine::status);
    }

    private static Optional<TidarEngine> engine(@Nullable BeanFactory beans) {
        if (beans instanceof ApplicationContext context) {
            return engine(context.getAutowireCapableBeanFactory());
        }
        if (!(beans instanceof ConfigurableListableBeanFactory here)) {
            return Optional.empty();
        }
        return Stream.of(here.getBeanNamesForType(TidarEngine.class, true, false))
                .filter(here::containsSingleton)
                .map(here::getSingleton)
                .filter(TidarEngine.class::isInstance)
                .map(TidarEngine.class::cast)
                .findFirst()
                .or(() -> engine(here.getParentBeanFactory()));
    }
}
