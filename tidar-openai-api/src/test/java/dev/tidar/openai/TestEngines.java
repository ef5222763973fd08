package dev.tidar.openai;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.spring.StoriesModel;
import dev.tidar.spring.WeatherModel;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.springframework.util.function.SingletonSupplier;

/**
 * The engines that all tests of this JVM share: a tiny model that tells stories, and a scripted one that calls tools.
 */
public final class TestEngines {

    /** The name of the model of 260 thousand parameters, whose context has 512 tokens. */
    public static final String STORIES = StoriesModel.NAME;

    /**
     * The name of the scripted model, which asks the tool that it is offered for the weather in each city, and tells
     * what it heard.
     */
    public static final String WEATHER = WeatherModel.NAME;

    private static final Path FOLDER = Path.of("target", "models");

    private static final Supplier<TidarEngine> STORIES_ENGINE = SingletonSupplier.of(
            () -> TidarEngine.load(EngineOptions.builder(StoriesModel.in(FOLDER.resolve("stories")))
                    .threads(1)
                    .build()));

    private static final Supplier<TidarEngine> WEATHER_ENGINE = SingletonSupplier.of(WeatherModel::load);

    private TestEngines() {}

    public static TidarEngine stories() {
        return STORIES_ENGINE.get();
    }

    public static TidarEngine weather() {
        return WEATHER_ENGINE.get();
    }
}
