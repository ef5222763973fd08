package dev.tidar.sample.extract;

import dev.tidar.api.EngineBusyException;
import dev.tidar.spring.TidarChatOptions;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.ai.chat.client.AdvisorParams;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Reads texts into records. */
@RestController
class ExtractController implements DisposableBean {

    private static final int THREADS = 4;
    private static final int WAITING_FOR_EACH_THREAD = 8;
    /** Small models are fond of lists that repeat one entry until the limit. */
    private static final double LESS_OF_THE_SAME = 0.5;

    private static final Duration RETRY = Duration.ofSeconds(2);

    private final ChatClient client;

    /** Threads of its own, because each waits for a whole answer; the shared ones deliver the chunks of all streams. */
    private final Scheduler threads =
            Schedulers.newBoundedElastic(THREADS, WAITING_FOR_EACH_THREAD, "extract", 60, true);

    ExtractController(ChatClient.Builder client) {
        this.client = client.build();
    }

    /**
     * The answer always has the form, whatever the text says; whether it says what the text says is up to the model. A
     * client that closes its connection interrupts the thread, and that stops the engine.
     */
    @PostMapping("/api/extract")
    Mono<Extraction> extract(@RequestBody ExtractRequest request) {
        return Mono.fromCallable(() -> read(request))
                .subscribeOn(threads)
                .onErrorMap(
                        RejectedExecutionException.class,
                        full -> new EngineBusyException("too many texts wait already", RETRY));
    }

    private Extraction read(ExtractRequest request) {
        Form form = Form.of(request.form());
        var answer = client.prompt()
                .messages(new UserMessage(form.question(request.text())))
                .options(TidarChatOptions.builder()
                        .temperature(0.0)
                        .frequencyPenalty(LESS_OF_THE_SAME)
                        .maxTokens(request.tokens()))
                .advisors(AdvisorParams.ENABLE_NATIVE_STRUCTURED_OUTPUT)
                .call()
                .responseEntity(form.type());
        return Extraction.of(form, answer);
    }

    @Override
    public void destroy() {
        threads.dispose();
    }
}
