package dev.tidar.sample;

import dev.tidar.EngineStarter;
import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.ModelSource;
import dev.tidar.api.Prompt;
import dev.tidar.api.Tools;
import dev.tidar.sample.guide.WordCounts;
import dev.tidar.test.Reply;
import dev.tidar.test.TidarScript;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The application on a port of its own, with a script in place of the network and an embedding model that counts words;
 * started once for all classes marked so. {@link Script} says what it answers.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.retrieval.folder=target/guide-index")
@AutoConfigureWebTestClient(timeout = "PT1M")
@Import(ScriptedSample.Script.class)
@interface ScriptedSample {

    @TestConfiguration(proxyBeanMethods = false)
    class Script {

        /** A question that is answered by as many words as the limit on tokens allows. */
        static final String LONG = "Tell me a long story.";

        private static final int WORDS = 5_000;
        private static final int CONTEXT = 16_384;

        /** A bean of this type and not the script itself, which would be reset after each test method. */
        @Bean
        EngineStarter engineStarter() {
            TidarScript script = new TidarScript().otherwise(Script::reply);
            return new EngineStarter() {
                @Override
                public TidarEngine start(EngineOptions options) {
                    return script.start(options);
                }

                @Override
                public Optional<ModelSource> model() {
                    return script.model();
                }
            };
        }

        @Bean
        EmbeddingModel embeddingModel() {
            return new WordCounts();
        }

        /**
         * The scripted model has no context that anything is too long for, so the script rejects as an engine would.
         */
        private static Reply reply(GenerationRequest request) {
            var chat = (Prompt.Chat) request.prompt();
            int length = chat.messages().stream()
                    .mapToInt(message -> message.text().length())
                    .sum();
            return length > CONTEXT
                    ? Reply.rejection(new InvalidRequestException(
                            "the prompt has %d tokens, but a context of %d".formatted(length, CONTEXT)))
                    : Reply.text(answer(chat)).withinMaxTokens();
        }

        private static String answer(Prompt.Chat chat) {
            List<String> asked = chat.messages().stream()
                    .filter(message -> message.role().equals("user"))
                    .map(ChatMessage::text)
                    .toList();
            String question = asked.isEmpty() ? "" : asked.get(asked.size() - 1);
            if (!chat.tools().offered().isEmpty() && !chat.tools().choice().equals(Tools.Choice.NONE)) {
                return """
                        <tool_call>
                        {"name": "calculate", "arguments": {"first": 6, "operation": "MULTIPLY", "second": 7}}
                        </tool_call>""";
            }
            if (question.startsWith("Text:")) {
                return question.contains("of the appointment")
                        ? "{\"title\": \"Release\", \"day\": \"Thursday\", \"time\": \"14:30\", \"place\": \"\", \"people\": [%s]}"
                                .formatted("\"Anna\", \"Tom\", ".repeat(WORDS))
                        : "{\"name\": \"Maria\", \"company\": \"Nordwind\", \"email\": \"\", \"phone\": \"\"}";
            }
            if (question.equals(LONG)) {
                return "and then ".repeat(WORDS);
            }
            return asked.stream().collect(Collectors.joining(" | ", "I heard: ", ""));
        }
    }
}
