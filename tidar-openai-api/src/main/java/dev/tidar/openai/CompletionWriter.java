package dev.tidar.openai;

import dev.tidar.api.TokenText;
import dev.tidar.spring.TidarMetadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.springframework.ai.chat.messages.AssistantMessage.ToolCall;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the answer to one request, whole or in chunks, from the responses of the chat model. Immutable.
 *
 * @param id id of the answer
 * @param created when it was made
 * @param model name of the model that answers
 * @param fingerprint changes whenever the same seed may give another answer; asked for once there is an answer
 * @param vocabulary what a token id stands for
 * @param oneCall whether only the first call of the answer is handed over
 */
record CompletionWriter(
        String id,
        Instant created,
        String model,
        Supplier<String> fingerprint,
        IntFunction<Optional<TokenText>> vocabulary,
        boolean oneCall) {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String CONTENT = "content";
    private static final String REASONING = "reasoning_content";

    /** The whole answer as one object. */
    String whole(List<ChatResponse> responses) {
        ChatResponse last = responses.get(responses.size() - 1);
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        List<ObjectNode> logProbs = new ArrayList<>();
        for (ChatResponse response : responses) {
            text.append(text(response));
            thoughts.append(thoughts(response));
            logProbs.addAll(logProbs(response));
        }
        List<ToolCall> calls = calls(last);
        ObjectNode message = JSON.createObjectNode();
        message.put("role", "assistant");
        message.put(CONTENT, calls.isEmpty() || !text.isEmpty() ? text.toString() : null);
        message.putNull("refusal");
        if (!thoughts.isEmpty()) {
            message.put(REASONING, thoughts.toString());
        }
        if (!calls.isEmpty()) {
            putCalls(message, calls, false);
        }
        ObjectNode root = root("chat.completion");
        ObjectNode choice = choice(root, finishReason(last));
        choice.set("message", message);
        putLogProbs(choice, logProbs);
        root.set("usage", usage(last));
        return root.toString();
    }

    /** The chunk that comes before all others. */
    String begin(boolean withUsage) {
        ObjectNode delta = JSON.createObjectNode();
        delta.put("role", "assistant");
        delta.put(CONTENT, "");
        delta.putNull("refusal");
        return chunk(delta, List.of(), Optional.empty(), withUsage);
    }

    /**
     * The chunks for one response of the chat model: at the end the calls, the finish reason, and the usage if asked
     * for.
     */
    List<String> chunks(ChatResponse response, boolean withUsage) {
        List<String> chunks = new ArrayList<>();
        ObjectNode delta = JSON.createObjectNode();
        if (!thoughts(response).isEmpty()) {
            delta.put(REASONING, thoughts(response));
        }
        if (!text(response).isEmpty()) {
            delta.put(CONTENT, text(response));
        }
        List<ObjectNode> logProbs = logProbs(response);
        if (!delta.isEmpty() || !logProbs.isEmpty()) {
            chunks.add(chunk(delta, logProbs, Optional.empty(), withUsage));
        }
        Optional<String> finishReason = finishReason(response);
        if (finishReason.isPresent()) {
            addCalls(chunks, calls(response), withUsage);
            chunks.add(chunk(JSON.createObjectNode(), List.of(), finishReason, withUsage));
            if (withUsage) {
                ObjectNode root = root("chat.completion.chunk");
                root.putArray("choices");
                root.set("usage", usage(response));
                chunks.add(root.toString());
            }
        }
        return chunks;
    }

    private void addCalls(List<String> chunks, List<ToolCall> calls, boolean withUsage) {
        if (!calls.isEmpty()) {
            ObjectNode delta = JSON.createObjectNode();
            putCalls(delta, calls, true);
            chunks.add(chunk(delta, List.of(), Optional.empty(), withUsage));
        }
    }

    private String chunk(
            ObjectNode delta, List<ObjectNode> logProbs, Optional<String> finishReason, boolean withUsage) {
        ObjectNode root = root("chat.completion.chunk");
        ObjectNode choice = choice(root, finishReason);
        choice.set("delta", delta);
        putLogProbs(choice, logProbs);
        if (withUsage) {
            root.putNull("usage");
        }
        return root.toString();
    }

    private ObjectNode root(String kind) {
        ObjectNode root = JSON.createObjectNode();
        root.put("id", id);
        root.put("object", kind);
        root.put("created", created.getEpochSecond());
        root.put("model", model);
        root.put("system_fingerprint", fingerprint.get());
        return root;
    }

    private static ObjectNode choice(ObjectNode root, Optional<String> finishReason) {
        ObjectNode choice = root.putArray("choices").addObject();
        choice.put("index", 0);
        choice.put("finish_reason", finishReason.orElse(null));
        return choice;
    }

    private static void putLogProbs(ObjectNode choice, List<ObjectNode> logProbs) {
        if (logProbs.isEmpty()) {
            choice.putNull("logprobs");
        } else {
            ObjectNode all = choice.putObject("logprobs");
            all.putArray(CONTENT).addAll(logProbs);
            all.putNull("refusal");
        }
    }

    private static void putCalls(ObjectNode message, List<ToolCall> calls, boolean indexed) {
        ArrayNode array = message.putArray("tool_calls");
        for (int i = 0; i < calls.size(); i++) {
            ObjectNode call = array.addObject();
            if (indexed) {
                call.put("index", i);
            }
            call.put("id", calls.get(i).id());
            call.put("type", "function");
            ObjectNode function = call.putObject("function");
            function.put("name", calls.get(i).name());
            function.put("arguments", calls.get(i).arguments());
        }
    }

    private static ObjectNode usage(ChatResponse last) {
        Usage counts = last.getMetadata().getUsage();
        ObjectNode usage = JSON.createObjectNode();
        usage.put("prompt_tokens", counts.getPromptTokens());
        usage.put("completion_tokens", counts.getCompletionTokens());
        usage.put("total_tokens", counts.getTotalTokens());
        Long cached = counts.getCacheReadInputTokens();
        if (cached != null) { // null where the application does not report it
            usage.putObject("prompt_tokens_details").put("cached_tokens", cached.longValue());
        }
        return usage;
    }

    private List<ToolCall> calls(ChatResponse response) {
        List<ToolCall> calls = generation(response).getOutput().getToolCalls();
        return oneCall && calls.size() > 1 ? calls.subList(0, 1) : calls;
    }

    private List<ObjectNode> logProbs(ChatResponse response) {
        return new LogProbWriter(vocabulary).tokens(generation(response).getMetadata());
    }

    private static String text(ChatResponse response) {
        return Objects.requireNonNullElse(generation(response).getOutput().getText(), "");
    }

    private static String thoughts(ChatResponse response) {
        String thoughts = generation(response).getMetadata().get(TidarMetadata.THINKING);
        return Objects.requireNonNullElse(thoughts, "");
    }

    /**
     * Present in the last response. OpenAI has no word for an answer that its time limit ended, which is cut as well.
     */
    private static Optional<String> finishReason(ChatResponse response) {
        return Optional.ofNullable(generation(response).getMetadata().getFinishReason())
                .map(reason -> reason.toLowerCase(Locale.ROOT))
                .map(reason -> reason.equals("deadline") ? "length" : reason);
    }

    private static Generation generation(ChatResponse response) {
        return Objects.requireNonNull(response.getResult(), "every response has a result");
    }
}
