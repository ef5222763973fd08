package dev.tidar.spring;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineBusyException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.InvalidRequestException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Shows the status of engines: model, device, kernels, layouts and their measured times, requests without their texts,
 * caches, limits. It also changes what can be changed while they serve, where the application allows it with
 * {@code management.endpoint.tidar.access=unrestricted}.
 */
@Endpoint(id = "tidar", defaultAccess = Access.READ_ONLY)
public class TidarEndpoint {

    private final Supplier<List<ModelEngine>> engines;

    /** @param engines the engines of the application; empty while there are none */
    public TidarEndpoint(Supplier<List<ModelEngine>> engines) {
        this.engines = engines;
    }

    /**
     * The status of the engine, or of each engine by the name of its model where there are several; null, which the
     * actuator answers with 404, while there is none.
     */
    @ReadOperation
    public @Nullable Object status() {
        Map<String, EngineStatus> all = new LinkedHashMap<>();
        engines.get().forEach(engine -> engine.status().ifPresent(status -> all.put(status.name(), status)));
        return switch (all.size()) {
            case 0 -> null;
            case 1 -> all.values().iterator().next();
            default -> Map.of("models", all);
        };
    }

    /** The status of one engine; null if there is none for this model. */
    @ReadOperation
    public @Nullable EngineStatus status(@Selector String model) {
        return find(model).flatMap(ModelEngine::status).orElse(null);
    }

    /**
     * Changes what an engine does.
     *
     * @param operation {@code clear-cache} drops cached prefixes, {@code mode} changes how requests decode that leave
     *     it open, {@code unload} frees the device until the next request
     * @param mode the new mode, for the operation {@code mode}
     * @param model whose engine; may be left out where there is one
     */
    @WriteOperation
    public WebEndpointResponse<Map<String, Object>> change(
            @Selector String operation, @Nullable DecodeMode mode, @Nullable String model) {
        ModelEngine engine = theOne(model);
        try {
            return new WebEndpointResponse<>(change(engine, operation, mode));
        } catch (InvalidRequestException | UnsupportedOperationException e) {
            throw new InvalidEndpointRequestException(String.valueOf(e.getMessage()), String.valueOf(e.getMessage()));
        } catch (EngineBusyException | EngineClosedException e) {
            return new WebEndpointResponse<>(
                    Map.of("error", String.valueOf(e.getMessage())), WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
        }
    }

    private static Map<String, Object> change(ModelEngine engine, String operation, @Nullable DecodeMode mode) {
        switch (operation) {
            case "clear-cache":
                return Map.of("droppedBlocks", engine.clearPrefixCache());
            case "mode":
                if (mode == null) {
                    throw new InvalidRequestException("mode must be one of [%s], but is not set".formatted(modes()));
                }
                engine.decodeBy(Decoding.of(mode));
                return Map.of("mode", mode);
            case "unload":
                engine.unload();
                return Map.of("unloaded", true);
            default:
                throw new InvalidRequestException(
                        "the operation must be clear-cache, mode or unload, but is " + operation);
        }
    }

    /** As a request writes them. */
    private static String modes() {
        return Stream.of(DecodeMode.values())
                .map(mode -> mode.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(", "));
    }

    private ModelEngine theOne(@Nullable String model) {
        List<ModelEngine> all = engines.get();
        Optional<ModelEngine> asked = model == null && all.size() == 1
                ? Optional.of(all.get(0))
                : Optional.ofNullable(model).flatMap(this::find);
        return asked.orElseThrow(() -> {
            String names = all.stream()
                    .flatMap(engine -> engine.status().stream())
                    .map(EngineStatus::name)
                    .collect(Collectors.joining(", "));
            String message = "model must be one of [%s], but is %s".formatted(names, model == null ? "not set" : model);
            return new InvalidEndpointRequestException(message, message);
        });
    }

    private Optional<ModelEngine> find(String model) {
        return engines.get().stream()
                .filter(engine ->
                        engine.status().filter(s -> s.name().equals(model)).isPresent())
                .findFirst();
    }
}
