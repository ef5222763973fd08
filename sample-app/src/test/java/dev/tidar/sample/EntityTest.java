package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.spring.TidarChatOptions;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.ai.chat.client.AdvisorParams;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * Objects that a {@link ChatClient} asks the embedded model for. Runs a few prompts, or as many as
 * {@code -Dtidar.test.entities} says, up to {@value #PROMPTS}.
 */
@RunningSample
@DisplayName("The embedded model answers with an object")
class EntityTest {

    private static final int PROMPTS = 50;

    private static final List<String> SUBJECTS =
            List.of("Paris", "Tokyo", "Cairo", "Lima", "Oslo", "Nairobi", "Toronto", "Sydney", "Mumbai", "Reykjavik");

    enum Size {
        SMALL,
        MEDIUM,
        LARGE
    }

    record City(String name, String country, int inhabitants, boolean capital) {}

    record Place(String street, Size size, List<String> sights) {}

    record Trip(String title, Place start, Place end, double kilometres) {}

    /** One question, its type in place of the city. */
    private record Question(String text, Class<?> type) {}

    private static final List<Question> QUESTIONS = List.of(
            new Question("Describe the city of %s.", City.class),
            new Question("Name a place to see in %s.", Place.class),
            new Question("Plan a short walk through %s.", Trip.class),
            new Question("Write one sentence about \"%s\" with {braces}, then stop. No JSON!", City.class),
            new Question("How large is %s?\nAnswer as a poem.", Place.class));

    @Autowired
    ChatModel model;

    static Stream<Integer> prompts() {
        return IntStream.range(0, Integer.getInteger("tidar.test.entities", 5)).boxed();
    }

    @ParameterizedTest(name = "prompt {0}")
    @MethodSource("prompts")
    void thatHasAllItsFieldsAndEndsByItselfUnlessItMayList(int seed) {
        Question question = QUESTIONS.get(seed % QUESTIONS.size());
        String subject = SUBJECTS.get(seed / QUESTIONS.size() % SUBJECTS.size());

        var answer = ChatClient.create(model)
                .prompt(question.text().formatted(subject))
                .options(TidarChatOptions.builder()
                        .temperature(0.8)
                        .maxTokens(200)
                        .seed((long) seed))
                .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                .call()
                .responseEntity(question.type());

        assertThat(answer.entity()).isInstanceOf(question.type()).hasNoNullFieldsOrProperties();
        assertThat(Objects.requireNonNull(answer.response())
                        .getResult()
                        .getMetadata()
                        .getFinishReason())
                .as("a model as small as this may list sights until the limit ends its answer, as a whole object")
                .isIn(question.type() == City.class ? List.of("stop") : List.of("stop", "length"));
    }
}
