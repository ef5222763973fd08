package dev.tidar.routing;

import dev.tidar.api.RequestOption;
import dev.tidar.api.RequestOptions;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import reactor.core.publisher.Flux;

/** A node that does what a test says. */
final class FakeNode implements Node {

    /** A clock that the test moves. */
    static final class TestClock extends Clock {
        private Instant now = Instant.EPOCH;

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    final String name;
    final TestClock clock = new TestClock();
    final List<RoutedRequest> asked = new ArrayList<>();
    Set<String> models = Set.of("a-model");
    Set<RequestOption<?>> unknown = Set.of();
    Standing standing = Standing.AMONG;
    OptionalInt load = OptionalInt.empty();
    double weight = 1;
    int maxConcurrent = 100;
    Supplier<Flux<ChatResponse>> answer;
    Optional<ChatResponse> whole = Optional.empty();
    Optional<Error> breaks = Optional.empty();

    FakeNode(String name) {
        this.name = name;
        this.answer = () -> Flux.just(text("Hello "), text("from " + name), end("STOP"));
    }

    FakeNode fails(FailureKind kind) {
        answer = () -> Flux.error(new NodeFailure(kind, "as the test says"));
        return this;
    }

    GuardedNode guarded() {
        return new GuardedNode(
                this,
                weight,
                CircuitBreaker.of(
                        name,
                        CircuitBreakerConfig.custom()
                                .slidingWindowSize(4)
                                .minimumNumberOfCalls(2)
                                .waitDurationInOpenState(Duration.ofMillis(20))
                                .permittedNumberOfCallsInHalfOpenState(1)
                                .automaticTransitionFromOpenToHalfOpenEnabled(true)
                                .build()),
                Bulkhead.of(
                        name,
                        BulkheadConfig.custom()
                                .maxConcurrentCalls(maxConcurrent)
                                .maxWaitDuration(Duration.ZERO)
                                .build()),
                clock);
    }

    static ChatResponse text(String text) {
        return new ChatResponse(List.of(new Generation(new AssistantMessage(text))));
    }

    static ChatResponse end(String reason) {
        return new ChatResponse(List.of(new Generation(
                new AssistantMessage(""),
                ChatGenerationMetadata.builder().finishReason(reason).build())));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<String> models() {
        return models;
    }

    @Override
    public Optional<String> cannotHonour(RequestOptions options) {
        return unknown.stream()
                .filter(option -> options.get(option).isPresent())
                .map(RequestOption::name)
                .findFirst();
    }

    @Override
    public Standing standing() {
        return standing;
    }

    @Override
    public OptionalInt load() {
        return load;
    }

    @Override
    public Flux<ChatResponse> stream(RoutedRequest request) {
        asked.add(request);
        return answer.get();
    }

    @Override
    public Optional<ChatResponse> call(RoutedRequest request) {
        breaks.ifPresent(error -> {
            throw error;
        });
        whole.ifPresent(any -> asked.add(request));
        return whole;
    }
}
