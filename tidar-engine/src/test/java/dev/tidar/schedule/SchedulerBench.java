package dev.tidar.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Limits;
import dev.tidar.api.Lookup;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.auto.AdaptiveLayouts;
import dev.tidar.auto.AdaptiveLayouts.Measured;
import dev.tidar.auto.ExpectedAcceptance;
import dev.tidar.auto.PassTimes;
import dev.tidar.decode.DecodeRequest;
import dev.tidar.decode.Decoder;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.WithDraftModel;
import dev.tidar.delivery.Deliveries;
import dev.tidar.delivery.LogLimit;
import dev.tidar.draft.DraftModel;
import dev.tidar.draft.Drafter;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.KvCache;
import dev.tidar.kvcache.PrefixCache;
import dev.tidar.sampling.SamplingParams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/** A scheduler with a remembering model under it and a clock that the test turns; the test is the engine thread. */
final class SchedulerBench {

    static final int BLOCK_TOKENS = RememberingModel.BLOCK_TOKENS;

    /** Decode rows that a forward may have beside one for each sequence. */
    private static final int EXTRA_ROWS = 80;

    final BlockPool pool;
    final BlockPool draftPool;
    final Totals totals = new Totals();
    final AdaptiveLayouts layouts;
    final RequestQueue queue;
    final RememberingModel model;
    final Decoder decoder;
    final Scheduler scheduler;
    final CopyOnWriteArrayList<ScheduledSequence> running = new CopyOnWriteArrayList<>();
    private final KvCache kv;
    private final Optional<Drafter> drafter;
    private long nanos;
    private long ids;

    SchedulerBench(int blocks, Limits limits) {
        this(blocks, limits, true);
    }

    SchedulerBench(int blocks, Limits limits, boolean reuse) {
        this(blocks, limits, reuse, false);
    }

    /** @param drafts whether there is a draft model, which is right three times of four and has as many blocks */
    SchedulerBench(int blocks, Limits limits, boolean reuse, boolean drafts) {
        pool = new BlockPool(blocks);
        draftPool = new BlockPool(blocks);
        kv = cache(pool, reuse);
        Optional<DraftModel> draftModel = drafts
                ? Optional.of(new DraftModel(
                        new RememberingModel(blocks).mistaken(),
                        cache(draftPool, reuse),
                        Integer.MAX_VALUE,
                        blocks * BLOCK_TOKENS))
                : Optional.empty();
        drafter = draftModel.map(m -> new Drafter(m, () -> nanos));
        List<Measured> measured = new ArrayList<>(List.of(
                new Measured(StepLayout.AUTOREGRESSIVE, 1_000_000),
                new Measured(new StepLayout.TwoPass(4), 2_200_000),
                new Measured(new StepLayout.SinglePass(4, StepLayout.allOutcomes(4)), 1_800_000)));
        draftModel.ifPresent(m -> measured.add(new Measured(new WithDraftModel(3), 1_100_000)));
        layouts = new AdaptiveLayouts(
                new PassTimes(Map.of(1, 1_000_000L, 16, 1_600_000L), 100_000),
                draftModel.map(m -> new PassTimes(Map.of(1, 100_000L), 10_000)),
                measured,
                ExpectedAcceptance.UNKNOWN);
        model = new RememberingModel(blocks);
        queue = new RequestQueue(limits.maxQueued());
        Engine engine = new Engine(
                model,
                RememberingModel.MASK,
                kv,
                draftModel,
                layouts,
                limits.prefillChunk().orElse(64),
                EXTRA_ROWS + limits.maxRunning(),
                new ReentrantLock(),
                () -> {},
                failure -> {
                    throw failure;
                });
        decoder = new Decoder(model, RememberingModel.MASK);
        scheduler = new Scheduler(
                engine,
                decoder,
                limits,
                queue,
                running,
                new WaitEstimate(limits.maxRunning()),
                new LogLimit(() -> nanos));
    }

    private KvCache cache(BlockPool blocks, boolean reuse) {
        Ticker ticker = () -> nanos;
        var config = new PrefixCache.Config(List.of("model"), 4096, Duration.ofHours(1));
        return new KvCache(
                blocks, BLOCK_TOKENS, reuse ? Optional.of(new PrefixCache(blocks, config, ticker)) : Optional.empty());
    }

    /** A request and everything that its caller received. */
    final class Request implements GenerationListener {
        final List<Integer> prompt;
        final int maxTokens;
        final SamplingParams params;
        final List<Integer> tokens = new ArrayList<>();
        final ScheduledSequence handle;
        Optional<GenerationResult> result = Optional.empty();
        Optional<TidarException> failure = Optional.empty();

        Request(List<Integer> prompt, int maxTokens, SamplingParams params, Optional<StepLayout> layout, Terms terms) {
            this.prompt = prompt;
            this.maxTokens = maxTokens;
            this.params = params;
            handle = new ScheduledSequence(
                    ++ids,
                    Admissible.of(
                            new DecodeRequest(prompt, params, maxTokens, pool.blocks() * BLOCK_TOKENS),
                            terms.timeout(),
                            terms.salt(),
                            () -> layout.map(LayoutChoice::fixed).orElseGet(() -> layouts.forRequest(Lookup.OFF))),
                    this,
                    new ScheduledSequence.Listeners(
                            new Deliveries(Runnable::run, Runnable::run), new LogLimit(() -> nanos)),
                    () -> nanos,
                    totals);
        }

        @Override
        public void onChunk(TokenChunk chunk) {
            assertThat(hasEnded()).isFalse();
            chunk.tokens().forEach(token -> tokens.add(token.id()));
        }

        @Override
        public void onFinished(GenerationResult finished) {
            assertThat(hasEnded()).isFalse();
            result = Optional.of(finished);
        }

        @Override
        public void onFailed(TidarException reason) {
            assertThat(hasEnded()).isFalse();
            failure = Optional.of(reason);
        }

        boolean hasEnded() {
            return result.isPresent() || failure.isPresent();
        }

        boolean runs() {
            return running.contains(handle);
        }

        int preemptions() {
            return result.orElseThrow().stats().preemptions();
        }

        /** What the same request is answered alone. */
        List<Integer> expected() {
            return RememberingModel.answer(prompt, params, maxTokens);
        }
    }

    /** What a request asks for besides tokens. */
    record Terms(Optional<Duration> timeout, String salt) {
        static final Terms NONE = new Terms(Optional.empty(), "");
    }

    Request submit(List<Integer> prompt, int maxTokens) {
        return submit(prompt, maxTokens, Optional.of(StepLayout.AUTOREGRESSIVE));
    }

    Request submit(List<Integer> prompt, int maxTokens, Optional<StepLayout> layout) {
        return submit(new Request(prompt, maxTokens, SamplingParams.GREEDY, layout, Terms.NONE));
    }

    Request submit(Request request) {
        assertThat(queue.offer(request.handle, 0)).isTrue();
        return request;
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    /** One engine step, of a length that the pass times would expect. */
    StepPlan step() {
        int prefillRows = scheduler.prepare();
        drafter.ifPresent(d -> scheduler.drafted(d.draft(scheduler.draftWishes(), prefillRows)));
        StepPlan plan = scheduler.plan(prefillRows);
        if (!plan.isEmpty()) {
            decoder.step(plan.turns());
            long time = 1_000_000L + 100_000L * plan.prefillRows();
            nanos += time;
            scheduler.complete(plan, time);
        }
        return plan;
    }

    /** Steps until all these have ended; fails where a step does nothing. */
    void untilEnded(List<Request> requests) {
        while (!requests.stream().allMatch(Request::hasEnded)) {
            boolean idle = step().isEmpty();
            assertThat(idle && !requests.stream().allMatch(Request::hasEnded))
                    .as("the engine does nothing while %d wait and %d run", queue.size(), running.size())
                    .isFalse();
        }
    }

    /** Nobody holds anything. */
    void checkAtRest() {
        assertThat(running).isEmpty();
        assertThat(queue.size()).isZero();
        assertThat(pool.available()).isEqualTo(pool.blocks());
        assertThat(draftPool.available()).isEqualTo(draftPool.blocks());
    }

    /** Rows that a request has in a step. */
    static int rows(StepPlan plan, Request request) {
        return plan.scheduled().stream()
                .filter(scheduled -> scheduled.request() == request.handle)
                .mapToInt(scheduled -> scheduled.turn().rows().rows())
                .sum();
    }

    /** Tokens that no other prompt has. */
    static List<Integer> prompt(int first, int length) {
        return IntStream.range(first, first + length).boxed().toList();
    }
}
