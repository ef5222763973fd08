package dev.tidar.sample.tool;

import dev.tidar.api.Tools;
import dev.tidar.spring.TidarChatOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.ToolCallingAdvisor;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisor;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisorChain;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.MessageType;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;

/**
 * Stands within the loop that runs tools, so that it sees each round. A call that a request requires is required in the
 * first round only, and after {@value #MAX_ROUNDS} rounds the model has to answer in text: a loop that a model's whim
 * ends is no bound. What was called is in the context of the responses.
 */
public final class ToolRounds implements StreamAdvisor {

    static final int MAX_ROUNDS = 3;

    private static final String USES = ToolRounds.class.getName();

    @Override
    public Flux<ChatClientResponse> adviseStream(ChatClientRequest request, StreamAdvisorChain chain) {
        List<Message> asked = request.prompt().getInstructions();
        List<Message> round = asked.subList(afterTheQuestion(asked), asked.size());
        long rounds =
                round.stream().filter(ToolResponseMessage.class::isInstance).count();
        if (rounds == 0) {
            return chain.nextStream(request);
        }
        return chain.nextStream(request.mutate()
                .prompt(withChoice(request.prompt(), rounds < MAX_ROUNDS ? Tools.Choice.AUTO : Tools.Choice.NONE))
                .context(USES, uses(round))
                .build());
    }

    /** The calls that came before a response of the model to the same question, in order. */
    public static List<ToolUse> usesBefore(ChatClientResponse response) {
        return response.context().get(USES) instanceof List<?> uses
                ? uses.stream().map(ToolUse.class::cast).toList()
                : List.of();
    }

    @Override
    public String getName() {
        return "rounds of tools";
    }

    @Override
    public int getOrder() {
        return ToolCallingAdvisor.DEFAULT_ORDER + 1;
    }

    private static Prompt withChoice(Prompt prompt, Tools.Choice choice) {
        ChatOptions options = prompt.getOptions();
        if (!(options instanceof TidarChatOptions ours)) {
            throw new IllegalStateException("the options of a request must be those of TiDAR, but are " + options);
        }
        return prompt.mutate()
                .chatOptions(ours.mutate().toolChoice(choice).build())
                .build();
    }

    private static int afterTheQuestion(List<Message> messages) {
        int i = messages.size();
        while (i > 0 && messages.get(i - 1).getMessageType() != MessageType.USER) {
            i--;
        }
        return i;
    }

    private static List<ToolUse> uses(List<Message> round) {
        Map<String, String> results = new HashMap<>();
        List<AssistantMessage.ToolCall> calls = new ArrayList<>();
        for (Message message : round) {
            if (message instanceof AssistantMessage answer) {
                calls.addAll(answer.getToolCalls());
            } else if (message instanceof ToolResponseMessage responses) {
                responses.getResponses().forEach(response -> results.put(response.id(), response.responseData()));
            }
        }
        return calls.stream()
                .map(call -> new ToolUse(call.name(), call.arguments(), results.getOrDefault(call.id(), "")))
                .toList();
    }
}
