package dev.tidar.spring;

import dev.tidar.TidarEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.test.chat.client.advisor.AbstractToolCallingAdvisorIT;

/** Spring AI's own tests of its tool-calling advisor, unmodified, with a scripted language on the whole engine. */
@DisplayName("Spring AI's tool-calling advisor")
class ToolCallingAdvisorTest extends AbstractToolCallingAdvisorIT {

    private static TidarEngine engine;

    @BeforeAll
    static void load() {
        engine = WeatherModel.load();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Override
    protected ChatModel getChatModel() {
        return new TidarChatModel(engine);
    }
}
