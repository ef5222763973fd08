package dev.tidar.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tidar.api.EngineBusyException;
import dev.tidar.spring.TidarChatModel;
import dev.tidar.spring.TidarModels;
import dev.tidar.test.AutoConfigureScriptedEngine;
import dev.tidar.test.Gate;
import dev.tidar.test.Reply;
import dev.tidar.test.ScriptedEngineAutoConfiguration;
import dev.tidar.test.TidarScript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.ai.chat.client.AdvisorParams;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import reactor.test.StepVerifier;

@SpringBootTest(properties = {"tidar.model=hf:nobody/nowhere", "tidar.chat.max-tokens=2", "tidar.queue.max-requests=1"})
@AutoConfigureScriptedEngine
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@DisplayName("An application whose model is scripted")
class ScriptedEngineTest {

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        TidarEngineAutoConfiguration.class,
        TidarChatAutoConfiguration.class,
        ToolCallingAutoConfiguration.class,
        ChatClientAutoConfiguration.class
    })
    static class Application {}

    record City(String name, int inhabitants) {}

    static class Weather {

        @Tool(description = "The weather in a city")
        String weather(String city) {
            return "sun in " + city;
        }
    }

    @Autowired
    TidarScript script;

    @Autowired
    TidarChatModel model;

    @Autowired
    ChatClient.Builder clients;

    @Test
    void answersThroughTheChatModelOfTheStarter() {
        script.reply("It is sunny.");

        var response = model.call(new Prompt("How is the weather?"));

        assertThat(response.getResult().getOutput().getText()).isEqualTo("It is sunny.");
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isEqualTo(13);
        assertThat(response.getMetadata().getModel()).isEqualTo(TidarScript.NAME);
    }

    @Test
    void answersWithObjectsAndTools() {
        ChatClient client = clients.build();
        script.reply("{\"inhabitants\": 2100000, \"name\": \"Paris\"}");
        assertThat(client.prompt("Which city?")
                        .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                        .call()
                        .entity(City.class))
                .isEqualTo(new City("Paris", 2_100_000));

        script.reply(Reply.toolCall("weather", "{\"city\": \"Paris\"}"), Reply.text("Fine."));
        assertThat(client.prompt("How is the weather?")
                        .tools(new Weather())
                        .call()
                        .content())
                .isEqualTo("Fine.");
        assertThat(script.conversations().get(2).get(2).text()).contains("sun in Paris");
    }

    @Test
    void streamsUnderTheControlOfTheTest() {
        var gate = new Gate();
        script.reply(Reply.text("Once").waitingAt(gate).then(" upon"));
        List<String> heard = new ArrayList<>();

        StepVerifier.create(model.stream("?"))
                .recordWith(() -> heard)
                .thenConsumeWhile(text -> !String.join("", heard).equals("Once"))
                .then(gate::open)
                .thenConsumeWhile(text -> true)
                .verifyComplete();

        assertThat(String.join("", heard)).isEqualTo("Once upon");
    }

    @Test
    void rejectsAsTheEngineDoes() {
        script.reply(Reply.rejection(new EngineBusyException("full", Duration.ofSeconds(1))));

        assertThatExceptionOfType(EngineBusyException.class).isThrownBy(() -> model.call("?"));
    }

    @Test
    @Order(1)
    void mayLeaveRepliesBehind() {
        script.reply("nobody asks for this");
    }

    @Test
    @Order(2)
    void startsEachTestWithAnEmptyScript() {
        script.reply("mine");

        assertThat(model.call("?")).isEqualTo("mine");
    }

    @Test
    void mayHaveSeveralModelsThatSayWhatOneScriptHas() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ScriptedEngineAutoConfiguration.class,
                        TidarModelsAutoConfiguration.class,
                        TidarEngineAutoConfiguration.class,
                        TidarChatAutoConfiguration.class))
                .withPropertyValues(
                        "tidar.models.small.model=classpath:nowhere",
                        "tidar.models.large.model=/nowhere",
                        "tidar.models.large.keep-alive=0")
                .run(context -> {
                    context.getBean(TidarScript.class).reply("one", "two");

                    assertThat(context.getBean("small", ChatModel.class).call("?"))
                            .isEqualTo("one");
                    assertThat(context.getBean("large", ChatModel.class).call("?"))
                            .isEqualTo("two");
                    assertThat(context).hasSingleBean(TidarModels.class);
                });
    }
}
