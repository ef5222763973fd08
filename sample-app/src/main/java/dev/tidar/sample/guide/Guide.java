package dev.tidar.sample.guide;

import dev.tidar.api.InvalidRequestException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.ToolCallingAdvisor;
import org.springframework.ai.chat.client.advisor.api.Advisor;
import org.springframework.ai.chat.client.advisor.vectorstore.QuestionAnswerAdvisor;
import org.springframework.ai.chat.prompt.PromptTemplate;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Answers from the guide: an advisor that gives the model the passages closest to a question. Nothing is loaded before
 * the first question asks for it; questions that come while the index is being made wait for it, and hold no thread
 * meanwhile.
 */
@Component
public class Guide implements DisposableBean {

    private static final int PASSAGES = 3;

    /** Passages of another subject have cosines of 0.1 to 0.2 with the embedding model of the profile. */
    static final double CLOSE_ENOUGH = 0.25;

    private static final int WAITING = 64;

    /** Before the loop of tools, so that a question is looked up once. */
    private static final int ORDER = ToolCallingAdvisor.DEFAULT_ORDER - 50;

    private static final PromptTemplate PROMPT = new PromptTemplate("""
            {question_answer_context}

            Answer from the passages above, in one or two sentences: {query}""");

    private final RetrievalProperties properties;
    private final ObjectProvider<EmbeddingModel> models;

    /** One thread: an embedding keeps all processors busy by itself. */
    private final Scheduler thread = Schedulers.newBoundedElastic(1, WAITING, "guide", 60, true);

    private final Mono<VectorStore> index;
    /** For questions that wait for the index, which hold no thread, but their text. */
    private final Semaphore places = new Semaphore(WAITING);

    Guide(RetrievalProperties properties, ObjectProvider<EmbeddingModel> models) {
        this.properties = properties;
        this.models = models;
        // a failure is not kept, so that the next question tries again
        this.index = Mono.fromCallable(this::open)
                .subscribeOn(thread)
                .cache(store -> Duration.ofMillis(Long.MAX_VALUE), failure -> Duration.ZERO, () -> Duration.ZERO);
    }

    /**
     * A passage that the model was given.
     *
     * @param page title of the page
     * @param heading of the section; empty at the beginning of a page
     * @param score cosine with the question
     */
    public record Passage(String page, String heading, String text, double score) {

        private static Passage of(Document document) {
            Map<String, Object> about = document.getMetadata();
            return new Passage(
                    String.valueOf(about.get(MarkdownPage.PAGE)),
                    String.valueOf(about.get(MarkdownPage.HEADING)),
                    String.valueOf(document.getText()),
                    Optional.ofNullable(document.getScore()).orElse(0.0));
        }
    }

    /** Whether there is an embedding model, and retrieval is not switched off. */
    public boolean isAvailable() {
        return properties.enabled() && models.getIfUnique() != null;
    }

    /**
     * The advisor, once the index is there; an {@link InvalidRequestException} where the application has no embedding
     * model. Where too many questions wait, a {@link RejectedExecutionException} ends the answer.
     */
    public Mono<Advisor> advisor() {
        if (!isAvailable()) {
            return Mono.error(
                    new InvalidRequestException(
                            "guide must be false or missing, but is true: this application"
                                    + " has no embedding model (its profile retrieval adds one), or sample.retrieval.enabled is false"));
        }
        return Mono.defer(() -> places.tryAcquire()
                ? index.<Advisor>map(this::advisor).doFinally(end -> places.release())
                : Mono.error(new RejectedExecutionException("too many questions wait for the index of the guide")));
    }

    private QuestionAnswerAdvisor advisor(VectorStore store) {
        return QuestionAnswerAdvisor.builder(store)
                .searchRequest(SearchRequest.builder()
                        .topK(PASSAGES)
                        .similarityThreshold(CLOSE_ENOUGH)
                        .build())
                .promptTemplate(PROMPT)
                .scheduler(thread)
                .order(ORDER)
                .build();
    }

    /** The passages that the model was given for a response, the closest first; empty where it was given none. */
    public static Optional<List<Passage>> passagesFor(ChatClientResponse response) {
        return response.context().get(QuestionAnswerAdvisor.RETRIEVED_DOCUMENTS) instanceof List<?> documents
                ? Optional.of(documents.stream()
                        .map(document -> Passage.of((Document) document))
                        .toList())
                : Optional.empty();
    }

    private VectorStore open() {
        try {
            return new PassageIndex(properties.folder(), models.getObject(), GuidePages.passages()).open();
        } catch (LinkageError e) { // which no stream passes on
            throw new IllegalStateException("the native library of the embedding model cannot be loaded: " + e, e);
        }
    }

    @Override
    public void destroy() {
        thread.dispose();
    }
}
