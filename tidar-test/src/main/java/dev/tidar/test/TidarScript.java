package dev.tidar.test;

import dev.tidar.EngineDoor;
import dev.tidar.EngineStarter;
import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Device;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Limits;
import dev.tidar.api.Lookup;
import dev.tidar.api.ModelSource;
import dev.tidar.api.Prompt;
import dev.tidar.api.WarmUp;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a model says in a test. The engines that it starts are whole: chat template, tokenizer, queue, prefix cache,
 * grammar, tool calls, streams, limits and meters are the product's, and only the network is not there. Nothing has to
 * be downloaded, and loading takes a moment.
 *
 * <p>Requests get the replies in the order in which they are submitted. One for which no reply is left fails with an
 * {@link IllegalStateException}, unless {@link #otherwise} says what to reply. A request that the engine then rejects,
 * for its length or a full queue, has used its reply up too. Thread-safe.
 */
public final class TidarScript implements EngineStarter {

    /** The name of the model, unless another is chosen. */
    public static final String NAME = "scripted";

    private static final long KV_BYTES = 16 << 20;

    private final String name;
    private final ScriptedClock clock = new ScriptedClock();
    private final Queue<Reply> replies = new ArrayDeque<>();
    private final List<GenerationRequest> requests = new ArrayList<>();
    private final Map<Long, ScriptedAnswer> answers = new ConcurrentHashMap<>();
    private Function<GenerationRequest, Reply> otherwise = TidarScript::nothing;
    private long seeds;

    public TidarScript() {
        this(NAME);
    }

    /** @param name the name of the model in responses, observations and meters */
    public TidarScript(String name) {
        this.name = name;
    }

    // what it says

    /** Adds replies for the next requests, one for each. */
    public synchronized TidarScript reply(Reply... next) {
        replies.addAll(List.of(next));
        return this;
    }

    /** Adds texts as replies. */
    public TidarScript reply(String... texts) {
        return reply(Stream.of(texts).map(Reply::text).toArray(Reply[]::new));
    }

    /** Says what to reply to a request for which no reply is left. */
    public synchronized TidarScript otherwise(Function<GenerationRequest, Reply> answer) {
        otherwise = answer;
        return this;
    }

    // what happened

    /** The requests so far as they were submitted, rejected ones included. */
    public synchronized List<GenerationRequest> requests() {
        return List.copyOf(requests);
    }

    /** The messages of each of these requests that is a conversation. */
    public List<List<ChatMessage>> conversations() {
        return requests().stream()
                .map(GenerationRequest::prompt)
                .filter(Prompt.Chat.class::isInstance)
                .map(prompt -> ((Prompt.Chat) prompt).messages())
                .toList();
    }

    /** Lets time pass for the engines: for time limits, waits in the queue and what expires. */
    public void advance(Duration time) {
        clock.advance(time);
    }

    /**
     * Forgets replies and requests, and what {@link #otherwise} says. Answers that are under way end where they are,
     * also those that wait at a gate.
     */
    public synchronized void reset() {
        replies.clear();
        requests.clear();
        otherwise = TidarScript::nothing;
        answers.values().forEach(ScriptedAnswer::release);
        answers.clear();
    }

    // its engines

    /** Loads an engine with the options that an application has by default. */
    public TidarEngine load() {
        return load(EngineOptions.builder(model().orElseThrow()).build());
    }

    /** Loads an engine, see {@link #start}. */
    public TidarEngine load(EngineOptions options) {
        TidarEngine engine = start(options);
        try {
            engine.awaitLoaded();
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
        return engine;
    }

    /**
     * Starts an engine with those of the options that do not belong to a model or a device: the limits of requests,
     * time and queue, the decoding, prefix caching. Limits in tokens are left out, because the tokens of a script are
     * bytes. Where the decoding is {@code auto}, steps are single pass, so that they do not depend on measured times.
     */
    @Override
    public TidarEngine start(EngineOptions options) {
        ScriptedModelFolder folder = ScriptedModelFolder.write(options.model().name());
        var isLoading = new AtomicBoolean(true);
        Consumer<LoadProgress> progress = now -> {
            if (now.done() == 1) {
                isLoading.set(false);
                folder.delete();
            }
            options.progress().accept(now);
        };
        return EngineDoor.start(
                withoutModel(options, folder.path(), progress),
                clock.ofEngine(isLoading::get),
                network -> new ScriptedNetwork(seed -> Optional.ofNullable(answers.get(seed))),
                this::submitted);
    }

    @Override
    public Optional<ModelSource> model() {
        return Optional.of(new ModelSource.Folder(Path.of(name)));
    }

    private static EngineOptions withoutModel(EngineOptions options, Path folder, Consumer<LoadProgress> progress) {
        return EngineOptions.builder(folder)
                .device(Device.CPU)
                .nativeKernels(options.nativeKernels())
                .threads(1)
                .kvCache(options.kvCache().withBytes(KV_BYTES))
                .limits(withoutTokens(options.limits()))
                .decoding(decoding(options.decoding()))
                .lookup(Lookup.OFF)
                .warmUp(WarmUp.NONE)
                .progress(progress)
                .build();
    }

    private static Decoding decoding(Decoding wanted) {
        return wanted.mode() == DecodeMode.AUTO || wanted.mode() == DecodeMode.DRAFT_MODEL
                ? Decoding.of(DecodeMode.SINGLE_PASS)
                : wanted;
    }

    private static Limits withoutTokens(Limits limits) {
        return new Limits(
                limits.maxRunning(),
                limits.maxQueued(),
                limits.maxQueueWait(),
                limits.maxRequestTime(),
                limits.maxPromptCharacters(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                limits.maxStep(),
                limits.stallWarning(),
                limits.stallLimit());
    }

    private static Reply nothing(GenerationRequest request) {
        throw new IllegalStateException(
                "the script has no reply for this request: call TidarScript.reply before it is made");
    }

    /** Is called on the thread that submits. */
    private GenerationRequest submitted(GenerationRequest request) {
        Function<GenerationRequest, Reply> last;
        Optional<Reply> next;
        synchronized (this) {
            requests.add(request);
            next = Optional.ofNullable(replies.poll());
            last = otherwise;
        }
        Reply reply = next.orElseGet(() -> last.apply(request));
        reply.rejection().ifPresent(failure -> {
            throw failure;
        });
        synchronized (this) {
            seeds++;
            answers.put(seeds, new ScriptedAnswer(reply));
            return reply.fit(request, seeds);
        }
    }
}
