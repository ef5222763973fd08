package dev.tidar.routing;

import dev.tidar.api.RequestOptions;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.springframework.ai.chat.model.ChatResponse;
import reactor.core.publisher.Flux;

/** Something that answers prompts: an engine of this application, or a server elsewhere. Thread-safe. */
public interface Node {

    /** Where a node stands among those that may be asked. */
    enum Standing {
        /** It is here and free. */
        FIRST,
        /** Nothing is known for or against it. */
        AMONG,
        /** It is not ready. */
        LAST
    }

    /** By which requests, meters and messages name it. */
    String name();

    /** The names of the model that it serves. */
    Set<String> models();

    /**
     * The name of an option that it cannot honour; empty if it can serve a request with these.
     *
     * @param options those that are set, the salt of the prefix cache included
     */
    Optional<String> cannotHonour(RequestOptions options);

    /** Where it stands now. */
    Standing standing();

    /** The requests that it has, where it knows that better than who asks it. */
    OptionalInt load();

    /**
     * Streams an answer. The first chunk has the first token, the last one the finish reason; a failure is a
     * {@link NodeFailure} or what an engine throws, and a cancel reaches the node.
     */
    Flux<ChatResponse> stream(RoutedRequest request);

    /**
     * Waits for an answer in one piece, on the thread that calls.
     *
     * @return empty, without having asked, where such an answer is its stream put together
     */
    Optional<ChatResponse> call(RoutedRequest request);
}
