package dev.tidar.attack.engine;

import dev.tidar.QuickLoad;
import dev.tidar.TidarEngine;
import dev.tidar.api.Device;
import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.api.TidarException;
import dev.tidar.attack.run.Checkout;
import dev.tidar.attack.run.Parallel;
import dev.tidar.attack.run.Tally;
import dev.tidar.attack.run.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Mixed requests from several threads in one engine: hostile options, listeners that throw, block, interrupt or wait
 * for themselves, cancellations at any time. Each must end exactly once; a request whose own listener is at fault may
 * fail with a typed error, no other one may. Afterwards all blocks are free or cached, no thread is left, and a greedy
 * request has the tokens that it had before.
 */
public final class EngineAttack {

    private static final int CLIENTS = 6;
    /** Long enough for a machine that does much else; a request takes a hundredth of a second on one that does not. */
    private static final Duration LONGEST_REQUEST = Duration.ofMinutes(3);

    private static final long MAX_LOG_BYTES = 8 << 20;

    private final TidarEngine engine;
    private final Tally tally;
    private final long seed;
    private final AtomicBoolean stuck = new AtomicBoolean();

    private EngineAttack(TidarEngine engine, Tally tally, long seed) {
        this.engine = engine;
        this.tally = tally;
        this.seed = seed;
    }

    public static void run(int cases, long seed, Tally tally) throws IOException, InterruptedException {
        Set<String> threadsBefore = engineThreads();
        Path folder = TinyModel.write(Checkout.scratch("engine").resolve("model"));
        var log = new CountedOutput(System.err);
        TidarEngine engine = QuickLoad.load(options(folder));
        System.setErr(log);
        try {
            new EngineAttack(engine, tally, seed).attack(cases);
        } finally {
            System.setErr(log.original());
            close(engine, tally);
        }
        if (log.count() > MAX_LOG_BYTES) {
            tally.failed("the log has %,d bytes".formatted(log.count()));
        }
        tally.figure("log: %,d bytes".formatted(log.count()));
        Set<String> left = threadsLeft(threadsBefore);
        if (!left.isEmpty()) {
            tally.failed("threads are left: " + left);
        }
    }

    /**
     * Little memory, few places, a short queue: requests preempt and reject each other. The context is short, because
     * the attention of long prompts would take nearly all of the time; prompts are longer than it all the same.
     */
    private static EngineOptions options(Path folder) {
        return EngineOptions.builder(folder)
                .device(Device.CPU)
                .threads(1)
                .contextLength(OddGenerations.CONTEXT)
                .kvCache(KvCacheOptions.DEFAULT.withBytes(1 << 20))
                .limits(Limits.builder()
                        .maxRunning(8)
                        .maxQueued(16)
                        .prefillChunk(32)
                        .build())
                .build();
    }

    private void attack(int cases) throws InterruptedException {
        List<Integer> before = reference();
        submitWithoutListener();
        Parallel.run(CLIENTS, cases, tally, number -> {
            if (!stuck.get()) {
                one(number);
            }
        });
        if (stuck.get()) {
            tally.figure("stopped early, after %d of %d requests".formatted(tally.tried(), cases));
            return;
        }
        long end = System.nanoTime() + LONGEST_REQUEST.toNanos();
        while (engine.status().running() + engine.status().queued() > 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        KvStatus kv = engine.status().kv();
        if (engine.status().running() > 0 || kv.freeBytes() + kv.cachedBytes() != kv.bytes()) {
            tally.failed("%d requests run and blocks are leased after all ended: %s"
                    .formatted(engine.status().running(), kv));
        }
        if (!reference().equals(before)) {
            tally.failed("the greedy reference has other tokens than before");
        }
        tally.figure("engine: " + engine.status().totals());
    }

    @SuppressWarnings("NullAway") // what an application without such checks does
    private void submitWithoutListener() {
        try {
            engine.submit(
                    GenerationRequest.builder(new Prompt.Text("Once"))
                            .maxTokens(2)
                            .build(),
                    null);
            tally.failed("a listener that is null is accepted");
        } catch (NullPointerException | IllegalArgumentException | TidarException e) {
            tally.rejected();
        }
    }

    private List<Integer> reference() throws InterruptedException {
        GenerationRequest request = GenerationRequest.builder(new Prompt.Text("Once upon a time"))
                .maxTokens(40)
                .temperature(0)
                .build();
        var listener = new FaultyListener(FaultyListener.Fault.NONE);
        listener.started(engine.submit(request, listener));
        if (!listener.awaitEnd(LONGEST_REQUEST)) {
            throw new IllegalStateException("the reference does not end");
        }
        return listener.tokens();
    }

    private void one(int number) throws InterruptedException {
        var random = new SplittableRandom(seed * 1_000_003 + number);
        var odd = new OddGenerations(random);
        FaultyListener.Fault fault = FaultyListener.Fault.draw(random);
        var listener = new FaultyListener(fault);
        String name = "request %d with fault %s".formatted(number, fault);
        try {
            GenerationRequest request = odd.request();
            Generation generation = engine.submit(request, listener);
            listener.started(generation);
            odd.cancel(generation);
        } catch (EngineClosedException e) {
            stuck.set(true);
            tally.failed(name + " finds the engine dead: " + engine.status());
            return;
        } catch (TidarException e) {
            tally.rejected();
            return;
        } catch (RuntimeException e) {
            tally.failed(name + " is rejected without a type: " + e);
            return;
        }
        judge(name, listener);
    }

    private void judge(String name, FaultyListener listener) throws InterruptedException {
        if (!listener.awaitEnd(LONGEST_REQUEST)) {
            stuck.set(true);
            tally.failed("%s has not ended after %s; the engine: %s".formatted(name, LONGEST_REQUEST, engine.status()));
            return;
        }
        if (listener.ends() != 1) {
            tally.failed("%s ended %d times".formatted(name, listener.ends()));
        } else if (listener.failure().isEmpty()) {
            tally.served();
        } else if (isHarm(listener.failure().get()) && !listener.isFaulty()) {
            tally.failed("%s was harmed: %s".formatted(name, listener.failure().get()));
        } else {
            tally.rejected();
        }
    }

    /** Errors that no request brings about by what it asks for. */
    private static boolean isHarm(TidarException failure) {
        return failure instanceof GenerationFailedException
                || failure instanceof EngineClosedException
                || failure instanceof DeviceException;
    }

    /** Closes on a thread of its own: an engine whose thread waits for ever would keep this one, too. */
    private static void close(TidarEngine engine, Tally tally) throws InterruptedException {
        var closing = new Thread(engine::close, "attack-close");
        closing.setDaemon(true);
        closing.start();
        closing.join(LONGEST_REQUEST.toMillis());
        if (closing.isAlive()) {
            tally.failed("the engine does not close");
        }
    }

    /** The threads that a closed engine still has after a while; those that end need a moment for it. */
    private static Set<String> threadsLeft(Set<String> before) throws InterruptedException {
        long begin = System.nanoTime();
        Set<String> left;
        do {
            left = new TreeSet<>(engineThreads());
            left.removeAll(before);
            TimeUnit.MILLISECONDS.sleep(20);
        } while (!left.isEmpty() && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(10));
        return left;
    }

    private static Set<String> engineThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("tidar"))
                .collect(Collectors.toSet());
    }
}
