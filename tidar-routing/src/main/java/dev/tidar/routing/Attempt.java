package dev.tidar.routing;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import reactor.core.publisher.Flux;

/**
 * One request at one node. It ends once, by its end, a failure or a cancel, and then leaves the node's bulkhead. Its
 * failures are {@link NodeFailure}s before the first token and {@link NodeFailedException}s after it.
 */
final class Attempt {

    private final GuardedNode node;
    private final RoutedRequest request;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** What was delivered; written by one signal after the other. */
    private final StringBuilder partialText = new StringBuilder();

    private volatile boolean hasFirstToken;

    Attempt(GuardedNode node, RoutedRequest request) {
        this.node = node;
        this.request = request;
    }

    GuardedNode node() {
        return node;
    }

    /**
     * The answer as a stream, to be subscribed to once.
     *
     * @param marks what is added to the metadata of each response
     */
    Flux<ChatResponse> stream(Map<String, Object> marks) {
        return Flux.defer(() -> node.node().stream(request))
                .doOnNext(this::delivered)
                .map(response -> marked(response, marks))
                .doOnComplete(() -> end(node::finished))
                .doOnCancel(() -> end(node::cancelled))
                .onErrorMap(this::failed);
    }

    /**
     * Waits for the answer in one piece.
     *
     * @param marks what is added to its metadata
     */
    ChatResponse call(Map<String, Object> marks) {
        try {
            Optional<ChatResponse> whole = node.node().call(request);
            if (whole.isPresent()) {
                end(node::finished);
                return marked(whole.get(), marks);
            }
        } catch (CancellationException e) {
            end(node::cancelled);
            throw e;
        } catch (RuntimeException e) {
            throw failed(e);
        } catch (Error e) { // which is no failure to pass over, but leaves the node too
            end(() -> node.failed(NodeFailure.of(e)));
            throw e;
        }
        return WholeAnswer.await(stream(marks).contextCapture());
    }

    private void delivered(ChatResponse response) {
        hasFirstToken = true;
        Generation generation = response.getResult();
        if (generation != null) {
            partialText.append(Objects.requireNonNullElse(generation.getOutput().getText(), ""));
        }
    }

    private static ChatResponse marked(ChatResponse response, Map<String, Object> marks) {
        ChatResponse.Builder copy = ChatResponse.builder().from(response);
        marks.forEach(copy::metadata);
        return copy.build();
    }

    private RuntimeException failed(Throwable thrown) {
        NodeFailure failure = NodeFailure.of(thrown);
        end(() -> node.failed(failure));
        return hasFirstToken ? inTheMiddle(failure) : failure;
    }

    /** The failure as its caller gets it, who has had a part of the answer. */
    private NodeFailedException inTheMiddle(NodeFailure failure) {
        return new NodeFailedException(
                node.name(),
                failure.kind(),
                partialText.toString(),
                String.valueOf(failure.getMessage()),
                failure.getCause());
    }

    private void end(Runnable how) {
        if (ended.compareAndSet(false, true)) {
            how.run();
        }
    }
}
