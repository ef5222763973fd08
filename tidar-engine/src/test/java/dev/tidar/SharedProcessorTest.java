package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Prompt;
import dev.tidar.decode.TestModel;
import dev.tidar.model.TidarModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Two engines on one processor")
class SharedProcessorTest {

    private final AtomicBoolean serving = new AtomicBoolean();
    private final AtomicInteger inForward = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @Test
    void takeTurnsAndAnswerAsTheyDoAlone() throws InterruptedException {
        try (TidarEngine one = load(this::counted);
                TidarEngine other = load(this::counted)) {
            List<Integer> alone = submit(one).await().tokens();
            serving.set(true);
            List<Generation> generations = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                generations.add(submit(one));
                generations.add(submit(other));
            }

            for (Generation generation : generations) {
                assertThat(generation.await().tokens()).isEqualTo(alone);
            }
            assertThat(most).hasValue(1);
        }
    }

    @Test
    @SuppressWarnings("try") // closing is what it is about
    void canBeClosedWhileTheOtherHasTheTurn() {
        Semaphore held = new Semaphore(0);
        Semaphore mayGoOn = new Semaphore(0);
        try (TidarEngine one = load(network -> inputs -> {
                    if (serving.get()) {
                        held.release();
                        mayGoOn.acquireUninterruptibly();
                    }
                    return network.step(inputs);
                });
                TidarEngine other = load(network -> network)) {
            serving.set(true);
            submit(one);
            held.acquireUninterruptibly();
            Generation waiting = submit(other);

            other.close();

            assertThatThrownBy(waiting::await).isInstanceOf(EngineClosedException.class);
            mayGoOn.release(1000);
        }
    }

    private TidarModel counted(TidarModel network) {
        return inputs -> {
            if (serving.get()) {
                most.accumulateAndGet(inForward.incrementAndGet(), Math::max);
            }
            try {
                return network.step(inputs);
            } finally {
                if (serving.get()) {
                    inForward.decrementAndGet();
                }
            }
        };
    }

    private static TidarEngine load(UnaryOperator<TidarModel> decorator) {
        return TidarEngine.load(
                EngineOptions.builder(TestModel.folder("models/stories260k-tidar"))
                        .threads(1)
                        .build(),
                System::nanoTime,
                decorator);
    }

    private static Generation submit(TidarEngine engine) {
        var request = GenerationRequest.builder(new Prompt.Text("Once upon a time"))
                .maxTokens(24)
                .temperature(0)
                .build();
        return engine.submit(request, GenerationListener.NONE);
    }
}
