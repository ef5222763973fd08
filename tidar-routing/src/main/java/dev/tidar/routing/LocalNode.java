package dev.tidar.routing;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.RequestOptions;
import dev.tidar.spring.TidarChatModel;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;

/** An engine of this application as a node. */
public final class LocalNode implements Node {

    private final String name;
    private final TidarChatModel chat;
    private final int maxQueued;

    /**
     * @param name its name among the nodes
     * @param chat the model on the engine
     * @param maxQueued how many requests may wait for the engine while it counts as free
     */
    public LocalNode(String name, TidarChatModel chat, int maxQueued) {
        this.name = name;
        this.chat = chat;
        this.maxQueued = maxQueued;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> models() {
        return Set.of(chat.model());
    }

    @Override
    public Optional<String> cannotHonour(RequestOptions options) {
        return Optional.empty();
    }

    @Override
    public Standing standing() {
        return chat.status().map(this::standing).orElse(Standing.AMONG);
    }

    private Standing standing(EngineStatus status) {
        boolean serves = status.state() == EngineState.READY || status.state() == EngineState.DEGRADED;
        if (!serves || status.activity().isStalled()) {
            return Standing.LAST;
        }
        return status.queued() <= maxQueued ? Standing.FIRST : Standing.AMONG;
    }

    @Override
    public OptionalInt load() {
        return chat.status()
                .map(status -> OptionalInt.of(status.queued() + status.running()))
                .orElse(OptionalInt.empty());
    }

    @Override
    public Flux<ChatResponse> stream(RoutedRequest request) {
        return chat.stream(prompt(request.prompt()));
    }

    @Override
    public Optional<ChatResponse> call(RoutedRequest request) {
        return Optional.of(chat.call(prompt(request.prompt())));
    }

    /** The model applies its defaults itself; a name by which the request found this node is nothing for it. */
    private Prompt prompt(Prompt asked) {
        ChatOptions options = asked.getOptions();
        if (options == null || options.getModel() == null || options.getModel().equals(chat.model())) {
            return asked;
        }
        return asked.mutate()
                .chatOptions(options.mutate().model(chat.model()).build())
                .build();
    }
}
