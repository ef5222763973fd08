package dev.tidar.sample;

import dev.tidar.TidarEngine;
import dev.tidar.sample.guide.Guide;
import dev.tidar.sample.memory.OpenExchange;
import dev.tidar.sample.tool.ToolRounds;
import dev.tidar.sample.tool.ToolUse;
import java.util.ArrayList;
import java.util.List;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.model.ChatResponse;

/**
 * The events for the responses to one question: its sources first, each call of a tool before what follows from it.
 * Confined to one subscription.
 */
final class AnswerEvents {

    private final TidarEngine engine;
    private final OpenExchange exchange;
    private final boolean withSteps;
    private boolean begun;
    private int usesShown;

    /** @param withSteps whether chunks say how their steps came to their tokens */
    AnswerEvents(TidarEngine engine, OpenExchange exchange, boolean withSteps) {
        this.engine = engine;
        this.exchange = exchange;
        this.withSteps = withSteps;
    }

    List<ChatEvent> of(ChatClientResponse response) {
        List<ChatEvent> events = new ArrayList<>();
        if (!begun) {
            begun = true;
            Guide.passagesFor(response).map(ChatEvent.Sources::new).ifPresent(events::add);
        }
        List<ToolUse> uses = ToolRounds.usesBefore(response);
        uses.subList(usesShown, uses.size()).forEach(use -> events.add(ChatEvent.Called.of(use)));
        usesShown = uses.size();
        ChatResponse said = response.chatResponse();
        if (said != null && said.getResult() != null) { // Spring AI may add one that only has the usage of all rounds
            ChatEvent event = ChatEvent.of(said, engine, withSteps);
            if (event instanceof ChatEvent.Chunk chunk) {
                exchange.heard(chunk.text());
            }
            events.add(event);
        }
        return events;
    }
}
