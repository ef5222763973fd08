package dev.tidar.spring;

import dev.tidar.TidarEngine;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.test.chat.client.advisor.AbstractToolCallingAdvisorAutoRegistrationIT;

/**
 * Spring AI's own tests of tools that a chat client registers by itself, unmodified, with a scripted language on the
 * whole engine.
 */
@DisplayName("Spring AI's chat client with tools")
class ToolCallingAutoRegistrationTest extends AbstractToolCallingAdvisorAutoRegistrationIT {

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
