package dev.tidar.sample;

import dev.tidar.ScriptedEngine;
import dev.tidar.TidarEngine;
import dev.tidar.sample.guide.WordCounts;
import dev.tidar.spring.StoriesModel;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

        @Bean
        TidarEngine tidarEngine() throws IOException {
            Path own = Path.of(
                    "target", "scripted", String.valueOf(ProcessHandle.current().pid()));
            Path folder = StoriesModel.in(Files.createDirectories(own), 16_384);
            Files.writeString(folder.resolve("tokenizer_config.json"), """
                    {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
                     "chat_template": "{%% for message in messages %%}<|{{ message.role }}|>{{ message.content }}\\n{%% endfor %%}%s"}
                    """.formatted(ScriptedEngine.ANSWER));
            return ScriptedEngine.load(folder, Script::answer);
        }

        @Bean
        EmbeddingModel embeddingModel() {
            return new WordCounts();
        }

        private static String answer(String prompt) {
            List<String> asked = Arrays.stream(prompt.split("<\\|user\\|>"))
                    .skip(1)
                    .map(said -> said.replaceFirst("(?s)\\n<\\|.*", ""))
                    .toList();
            String question = asked.isEmpty() ? "" : asked.get(asked.size() - 1);
            if (prompt.contains("<tools>")) {
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
