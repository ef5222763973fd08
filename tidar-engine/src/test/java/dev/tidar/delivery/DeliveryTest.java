package dev.tidar.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DeviceException;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Calls of listeners")
@Timeout(60)
class DeliveryTest {

    private static final TidarException END = DeviceException.passing("over");

    private final Deliveries deliveries = new Deliveries();
    private final List<Throwable> faults = new ArrayList<>();

    /** Remembers the numbers of the chunks that it is given, and does something at each. */
    private static class Numbers implements GenerationListener {
        final List<Integer> heard = new ArrayList<>();

        @Override
        public void onChunk(TokenChunk chunk) {
            heard.add(chunk.step());
        }
    }

    private Delivery to(GenerationListener listener) {
        return deliveries.to(listener, faults::add);
    }

    private static void post(Delivery delivery, int number) {
        delivery.post(listener -> listener.onChunk(new TokenChunk(number, List.of())));
    }

    private static void end(Delivery delivery) {
        delivery.postLast(listener -> listener.onFailed(END));
    }

    @Test
    void comeInOrderAndOnAnotherThread() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        Numbers listener = new Numbers() {
            @Override
            public void onFailed(TidarException failure) {
                threads.add(Thread.currentThread());
            }
        };
        Delivery delivery = to(listener);
        IntStream.range(0, 1000).forEach(i -> post(delivery, i));
        end(delivery);
        delivery.await();

        assertThat(listener.heard).isEqualTo(IntStream.range(0, 1000).boxed().toList());
        assertThat(threads).hasSize(1).doesNotContain(Thread.currentThread());
    }

    @Test
    void waitForAListenerThatBlocksWhileOthersAreCalled() throws InterruptedException {
        CountDownLatch hold = new CountDownLatch(1);
        Numbers blocking = new Numbers() {
            @Override
            public void onChunk(TokenChunk chunk) {
                awaitQuietly(hold);
                super.onChunk(chunk);
            }
        };
        Numbers other = new Numbers();
        Delivery blocked = to(blocking);
        Delivery free = to(other);
        for (int i = 0; i < 3; i++) {
            post(blocked, i);
            post(free, i);
        }
        end(blocked);
        end(free);
        free.await();

        assertThat(other.heard).containsExactly(0, 1, 2);
        assertThat(deliveries.unheard()).isEqualTo(1);
        assertThat(deliveries.await(0)).isFalse();
        hold.countDown();
        blocked.await();
        assertThat(blocking.heard).containsExactly(0, 1, 2);
        assertThat(deliveries.await(Long.MAX_VALUE)).isTrue();
    }

    @Test
    void goOnAfterWhatTheyThrewAndReportIt() throws InterruptedException {
        Numbers throwing = new Numbers() {
            @Override
            public void onChunk(TokenChunk chunk) {
                super.onChunk(chunk);
                DeliveryTest.<RuntimeException>sneak(new IOException("the client is gone"));
            }
        };
        Delivery delivery = to(throwing);
        post(delivery, 0);
        post(delivery, 1);
        end(delivery);
        delivery.await();

        assertThat(throwing.heard).containsExactly(0, 1);
        assertThat(faults).hasSize(2).allMatch(IOException.class::isInstance);
    }

    @Test
    void leaveNoInterruptToTheNext() throws InterruptedException {
        List<Boolean> interrupted = new ArrayList<>();
        Delivery delivery = to(new GenerationListener() {
            @Override
            public void onChunk(TokenChunk chunk) {
                interrupted.add(Thread.currentThread().isInterrupted());
                Thread.currentThread().interrupt();
            }
        });
        post(delivery, 0);
        post(delivery, 1);
        end(delivery);
        delivery.await();

        assertThat(interrupted).containsExactly(false, false);
    }

    @Test
    void tellOfTheEndOnTheThreadInReserveWhereThereIsNoOther() throws InterruptedException {
        Deliveries full = new Deliveries(DeliveryTest::reject, call -> new Thread(call).start());
        List<TidarException> ends = new ArrayList<>();
        Numbers listener = new Numbers() {
            @Override
            public void onFailed(TidarException failure) {
                ends.add(failure);
            }
        };
        Delivery delivery = full.to(listener, faults::add);
        post(delivery, 0);
        assertThat(listener.heard).isEmpty();
        end(delivery);
        delivery.await();

        assertThat(listener.heard).containsExactly(0);
        assertThat(ends).containsExactly(END);
        assertThat(faults).hasSize(2).allMatch(OutOfMemoryError.class::isInstance);
        assertThat(full.unheard()).isZero();
    }

    @Test
    void endAlsoWhereThereIsNoThreadForThem() throws InterruptedException {
        Deliveries without = new Deliveries(DeliveryTest::reject, DeliveryTest::reject);
        Delivery delivery = without.to(new Numbers(), faults::add);
        post(delivery, 0);
        end(delivery);
        delivery.await();

        assertThat(faults).hasSize(3);
        assertThat(without.unheard()).isZero();
    }

    private static void reject(Runnable call) {
        throw new OutOfMemoryError("unable to create native thread");
    }

    @Test
    void needNoThreadForAListenerThatHearsNothing() throws InterruptedException {
        Deliveries without = new Deliveries(DeliveryTest::reject, DeliveryTest::reject);
        Delivery delivery = without.to(GenerationListener.NONE, faults::add);
        post(delivery, 0);
        end(delivery);
        delivery.await();

        assertThat(faults).isEmpty();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable checked) throws E {
        throw (E) checked;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
