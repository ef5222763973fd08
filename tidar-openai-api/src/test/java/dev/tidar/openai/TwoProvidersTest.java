package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.openai.autoconfigure.OpenAiApiAutoConfiguration;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.autoconfigure.TidarChatAutoConfiguration;
import dev.tidar.spring.autoconfigure.TidarEngineAutoConfiguration;
import dev.tidar.test.ScriptedEngineAutoConfiguration;
import dev.tidar.test.TidarScript;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;

@DisplayName("An application with another provider beside this one")
class TwoProvidersTest {

    private final ReactiveWebApplicationContextRunner application = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ScriptedEngineAutoConfiguration.class,
                    TidarEngineAutoConfiguration.class,
                    TidarChatAutoConfiguration.class,
                    OpenAiApiAutoConfiguration.class))
            .withBean("elsewhere", OpenAiChatModel.class, TwoProvidersTest::elsewhere);

    @Test
    void hasBothAndServesItsOwn() {
        application.withPropertyValues("spring.ai.model.chat=tidar").run(context -> {
            assertThat(context.getBeanNamesForType(ChatModel.class))
                    .containsExactlyInAnyOrder("elsewhere", "tidarChatModel");
            context.getBean(TidarScript.class).reply("Here.");
            ChatClient here = ChatClient.create(context.getBean(TidarChatModel.class));
            assertThat(here.prompt("Where?").call().content()).isEqualTo("Here.");
            assertThat(context).hasBean("openAiRoutes");
        });
    }

    @Test
    void hasTheOtherAloneWhereThatIsSelected() {
        application.withPropertyValues("spring.ai.model.chat=openai").run(context -> {
            assertThat(context.getBeanNamesForType(ChatModel.class)).containsExactly("elsewhere");
            assertThat(context).doesNotHaveBean("openAiRoutes");
        });
    }

    private static OpenAiChatModel elsewhere() {
        return OpenAiChatModel.builder()
                .options(OpenAiChatOptions.builder()
                        .baseUrl("http://localhost:1/v1")
                        .apiKey("unused")
                        .model("other")
                        .build())
                .build();
    }
}
