package dev.tidar.spring;

import dev.tidar.TidarEngine;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.test.chat.client.advisor.AbstractToolCallingAdvisorAutoRegistrationIT;

/**
 * Spring AI's own tests of tools that a chat client registers by itself, unmodified, with a scripted language on the
 * whole engine.
 */
@DisplayName("Spring AI's chat client with tools")
class ToolCallingAutoRegistrationTest extends AbstractToolCallingAdvisorAutoRegistrationIT {

    @TempDir
    private static Path folder;

    private static TidarEngine engine;

    @BeforeAll
    static void load() throws IOException {
        engine = WeatherModel.load(folder);
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
