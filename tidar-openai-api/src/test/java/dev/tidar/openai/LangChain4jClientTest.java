package dev.tidar.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@DisplayName("LangChain4j's OpenAI client")
class LangChain4jClientTest {

    private static final ToolSpecification WEATHER = ToolSpecification.builder()
            .name("weather")
            .description("The weather in a city")
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("city")
                    .required("city")
                    .build())
            .build();

    private final TestApi api = TestApi.onWebFlux();

    @Test
    void getsAnAnswerWithItsUsage() {
        ChatResponse answer = model(TestEngines.STORIES).chat(UserMessage.from("Once upon a time"));

        assertThat(answer.aiMessage().text()).isNotBlank();
        assertThat(answer.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(answer.tokenUsage().outputTokenCount()).isEqualTo(40);
    }

    @Test
    void streamsTheSameAnswer() throws Exception {
        String whole = model(TestEngines.STORIES)
                .chat(UserMessage.from("Once upon a time"))
                .aiMessage()
                .text();
        ChatResponse streamed = stream(
                TestEngines.STORIES,
                ChatRequest.builder()
                        .messages(UserMessage.from("Once upon a time"))
                        .build());

        assertThat(streamed.aiMessage().text()).isEqualTo(whole);
        assertThat(streamed.tokenUsage().outputTokenCount()).isEqualTo(40);
    }

    @Test
    void runsItsTools() throws Exception {
        UserMessage question = UserMessage.from("What is the weather in Tokyo and in Paris?");
        ChatRequest request = ChatRequest.builder()
                .messages(question)
                .toolSpecifications(WEATHER)
                .build();
        ChatResponse called = model(TestEngines.WEATHER).chat(request);
        ChatResponse streamed = stream(TestEngines.WEATHER, request);
        List<ToolExecutionRequest> calls = called.aiMessage().toolExecutionRequests();

        assertThat(calls)
                .extracting(ToolExecutionRequest::arguments)
                .containsExactly("{\"city\":\"Tokyo\"}", "{\"city\":\"Paris\"}");
        assertThat(streamed.aiMessage().toolExecutionRequests())
                .extracting(ToolExecutionRequest::arguments)
                .containsExactly("{\"city\":\"Tokyo\"}", "{\"city\":\"Paris\"}");

        ChatResponse told = model(TestEngines.WEATHER)
                .chat(ChatRequest.builder()
                        .messages(
                                question,
                                called.aiMessage(),
                                ToolExecutionResultMessage.from(calls.get(0), "sun"),
                                ToolExecutionResultMessage.from(calls.get(1), "rain"))
                        .toolSpecifications(WEATHER)
                        .build());
        assertThat(told.aiMessage().text()).isEqualTo("I heard: sun; rain");
    }

    @Test
    void getsWhatKeepsToItsSchema() {
        ChatResponse answer = model(TestEngines.STORIES)
                .chat(ChatRequest.builder()
                        .messages(UserMessage.from("Once upon a time there was a pet"))
                        .responseFormat(ResponseFormat.builder()
                                .type(ResponseFormatType.JSON)
                                .jsonSchema(JsonSchema.builder()
                                        .name("pet")
                                        .rootElement(JsonObjectSchema.builder()
                                                .addEnumProperty("kind", List.of("cat", "dog"))
                                                .required("kind")
                                                .build())
                                        .build())
                                .build())
                        .build());
        JsonNode pet = TestApi.json(answer.aiMessage().text());

        assertThat(pet.get("kind").stringValue()).isIn("cat", "dog");
    }

    @Test
    void understandsAnError() {
        assertThatThrownBy(() -> model(TestEngines.STORIES)
                        .chat(ChatRequest.builder()
                                .messages(UserMessage.from("Once"))
                                .temperature(-1.0)
                                .build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("temperature must be");
    }

    private OpenAiChatModel model(String name) {
        return OpenAiChatModel.builder()
                .baseUrl(api.url() + "/v1")
                .apiKey("unused")
                .modelName(name)
                .maxCompletionTokens(name.equals(TestEngines.STORIES) ? 40 : 400)
                .strictJsonSchema(true)
                .maxRetries(0)
                .build();
    }

    private ChatResponse stream(String name, ChatRequest request) throws Exception {
        var answer = new CompletableFuture<ChatResponse>();
        OpenAiStreamingChatModel.builder()
                .baseUrl(api.url() + "/v1")
                .apiKey("unused")
                .modelName(name)
                .maxCompletionTokens(name.equals(TestEngines.STORIES) ? 40 : 400)
                .build()
                .chat(request, new StreamingChatResponseHandler() {
                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }
                });
        return answer.get(60, TimeUnit.SECONDS);
    }
}
