package dev.tidar.spring;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models of an application that has several, by the names under {@code tidar.models}. Immutable, thread-safe. */
public final class TidarModels implements AutoCloseable {

    private final Map<String, OnDemandEngine> engines;
    private final Map<String, TidarChatModel> chatModels = new LinkedHashMap<>();

    /**
     * Lets each chat model answer for the others, so that a request may name any of them.
     *
     * @param engines the engine of each model
     * @param chatModels the chat model of each, on its engine
     */
    public TidarModels(Map<String, OnDemandEngine> engines, Map<String, TidarChatModel> chatModels) {
        this.engines = new LinkedHashMap<>(engines);
        this.chatModels.putAll(chatModels);
        this.chatModels.values().forEach(model -> model.setOthers(this.chatModels));
    }

    /** The engines in the order of the properties. */
    public List<OnDemandEngine> engines() {
        return new ArrayList<>(engines.values());
    }

    /** The engine of a model; empty if there is no model of this name. */
    public Optional<OnDemandEngine> engine(String name) {
        return Optional.ofNullable(engines.get(name));
    }

    /** The chat model of this name; empty if there is none. */
    public Optional<TidarChatModel> chatModel(String name) {
        return Optional.ofNullable(chatModels.get(name));
    }

    /** Ends all engines. */
    @Override
    public void close() {
        engines.values().forEach(OnDemandEngine::close);
    }
}
