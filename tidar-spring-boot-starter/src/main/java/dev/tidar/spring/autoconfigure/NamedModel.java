package dev.tidar.spring.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;

/**
 * The settings of one model under {@code tidar.models}.
 *
 * @param name its name there
 * @param settings what {@code tidar.*} sets for a single model
 * @param keepAlive how long it stays loaded after its last request; negative is for ever
 */
record NamedModel(String name, TidarProperties settings, Duration keepAlive) {

    private static final String PREFIX = "tidar.models";

    private static final Duration FOR_EVER = Duration.ofMillis(-1);

    /** The names of all models, in the order of the properties. */
    static Set<String> names(Environment environment) {
        return Binder.get(environment)
                .bind(PREFIX, Bindable.mapOf(String.class, Object.class))
                .orElseGet(Map::of)
                .keySet();
    }

    /** @throws NamedModelException if a property is wrong, naming it as the user wrote it */
    static Map<String, NamedModel> all(Environment environment) {
        if (environment.containsProperty("tidar.model")) {
            throw new NamedModelException(
                    PREFIX, "tidar.model must not be set beside tidar.models: give that model a name there as well");
        }
        Map<String, NamedModel> all = new LinkedHashMap<>();
        names(environment).forEach(name -> all.put(name, of(name, environment)));
        return all;
    }

    private static NamedModel of(String name, Environment environment) {
        String prefix = PREFIX + "." + name;
        Binder binder = Binder.get(environment);
        try {
            return new NamedModel(
                    name,
                    binder.bindOrCreate(prefix, TidarProperties.class),
                    binder.bind(prefix + ".keep-alive", Duration.class).orElse(FOR_EVER));
        } catch (BindException e) {
            throw new NamedModelException(prefix, NestedExceptionUtils.getMostSpecificCause(e));
        }
    }

    /** Where its properties begin. */
    String prefix() {
        return PREFIX + "." + name;
    }

    boolean isOnDemand() {
        return !keepAlive.isNegative();
    }
}
