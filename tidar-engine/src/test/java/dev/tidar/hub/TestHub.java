package dev.tidar.hub;

import dev.tidar.api.HubModel;
import dev.tidar.api.HubOptions;
import dev.tidar.hub.HubCache.Disk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/** A local hub, a cache beside it, and the pauses that a download would have made. */
final class TestHub implements AutoCloseable {

    static final HubModel MODEL = HubModel.of("hf:" + HubServer.REPOSITORY);
    static final String WEIGHTS = "model.safetensors";
    static final int WEIGHT_BYTES = 300_000;

    /** No wait in the tests takes any time; what was asked for is recorded. */
    static final class Pauses extends Stop {
        final List<Duration> asked = new ArrayList<>();

        Pauses() {
            super(() -> false);
        }

        @Override
        void pause(Duration time) {
            asked.add(time);
            requireNeeded();
        }
    }

    final HubServer server = new HubServer();
    final Path cache;
    final Pauses pauses = new Pauses();
    final List<String> stages = new ArrayList<>();
    Disk disk = Disk.REAL;

    /** A repository of a configuration, a tokenizer and one file of weights. */
    TestHub(Path cache) {
        this.cache = cache;
        server.put("config.json", "{}").put("tokenizer.json", "{\"model\": 1}").put(WEIGHTS, weights(1));
    }

    static byte[] weights(long seed) {
        byte[] bytes = new byte[WEIGHT_BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    HubOptions options() {
        return HubOptions.of(Map.of())
                .withCache(cache)
                .withEndpoint(server.address())
                .withLimits(Duration.ofMinutes(1), Duration.ofMinutes(1), 3);
    }

    Path folder() {
        return folder(options -> options);
    }

    Path folder(UnaryOperator<HubOptions> change) {
        return folder(MODEL, change);
    }

    /** Resolves the model with a clock whose every reading is ten seconds after the one before. */
    Path folder(HubModel model, UnaryOperator<HubOptions> change) {
        long[] now = {0};
        return new ModelHub(
                        change.apply(options()),
                        (stage, part) -> stages.add(stage),
                        () -> now[0] += 10_000_000_000L,
                        pauses,
                        disk)
                .folder(model);
    }

    Path blob(String name) {
        return model().resolve("blobs").resolve(server.hash(name));
    }

    Path partial(String name) {
        return model().resolve("blobs").resolve(server.hash(name) + ".tidar.incomplete");
    }

    Path model() {
        return cache.resolve("models--acme--tiny");
    }

    /** Every file and link of the cache, with a link's target. */
    List<String> tree() {
        return HubServer.tree(cache);
    }

    /** Holds an answer back. */
    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
