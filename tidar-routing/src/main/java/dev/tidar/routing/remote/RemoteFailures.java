package dev.tidar.routing.remote;

import com.openai.errors.OpenAIInvalidDataException;
import com.openai.errors.OpenAIIoException;
import com.openai.errors.SseException;
import dev.tidar.routing.FailureKind;
import dev.tidar.routing.NodeFailure;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;

/** What the clients of OpenAI and of the JDK throw, as failures of a node. */
final class RemoteFailures {

    private RemoteFailures() {}

    /** The failure without what it was caused by, because that may have text of the answer in its message. */
    static NodeFailure of(Throwable thrown) {
        return find(thrown, NodeFailure.class)
                .or(() -> find(thrown, SseException.class)
                        .map(error -> new NodeFailure(FailureKind.FAILED, "it ended its stream with an error event")))
                .or(() -> find(thrown, OpenAIInvalidDataException.class) // caused by an IOException of its parser
                        .map(error -> new NodeFailure(FailureKind.GARBLED, "it sent what is not JSON of the API")))
                .or(() -> find(thrown, IOException.class)
                        .map(error -> new NodeFailure(
                                FailureKind.UNREACHABLE,
                                "the connection failed (%s)"
                                        .formatted(error.getClass().getSimpleName()))))
                .or(() -> find(thrown, OpenAIIoException.class)
                        .map(error -> new NodeFailure(FailureKind.UNREACHABLE, "the connection failed")))
                .orElseGet(() -> new NodeFailure(
                        FailureKind.GARBLED,
                        "its answer cannot be read (%s)"
                                .formatted(thrown.getClass().getSimpleName())));
    }

    private static <T extends Throwable> Optional<T> find(Throwable thrown, Class<T> type) {
        return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }
}
