package dev.tidar.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkerPoolTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void runsEveryItemOnceInEachOfManyJobs(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            for (int job = 0; job < 2_000; job++) {
                int items = job % 40;
                var runs = new AtomicIntegerArray(items);

                pool.run(items, (item, worker) -> runs.incrementAndGet(item));

                for (int item = 0; item < items; item++) {
                    assertThat(runs.get(item)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void givesEachThreadANumberOfItsOwn() {
        try (WorkerPool pool = new WorkerPool(3)) {
            Set<String> threadsByNumber = ConcurrentHashMap.newKeySet();
            var together = new CountDownLatch(3);

            pool.run(3, (item, worker) -> {
                threadsByNumber.add(worker + " " + Thread.currentThread().getName());
                together.countDown();
                awaitAll(together);
            });

            String caller = Thread.currentThread().getName();
            assertThat(threadsByNumber).containsExactlyInAnyOrder("0 " + caller, "1 tidar-cpu-1", "2 tidar-cpu-2");
        }
    }

    @Test
    void theCallerSeesTheFailureOfAWorkerAndThePoolGoesOn() {
        try (WorkerPool pool = new WorkerPool(2)) {
            var together = new CountDownLatch(2);
            assertThatThrownBy(() -> pool.run(2, (item, worker) -> {
                        together.countDown();
                        awaitAll(together);
                        if (worker == 1) {
                            throw new ArithmeticException("in a worker");
                        }
                    }))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessage("in a worker");

            var done = new AtomicInteger();
            pool.run(100, (item, worker) -> done.incrementAndGet());
            assertThat(done).hasValue(100);
        }
    }

    @Test
    void anInterruptedCallerCompletesTheJobAndStaysInterrupted() {
        try (WorkerPool pool = new WorkerPool(2)) {
            var done = new AtomicInteger();
            Thread.currentThread().interrupt();

            pool.run(1_000, (item, worker) -> done.incrementAndGet());

            assertThat(done).hasValue(1_000);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void oneThreadMeansNoWorkers() {
        try (WorkerPool pool = new WorkerPool(1)) {
            Set<Thread> threads = ConcurrentHashMap.newKeySet();

            pool.run(50, (item, worker) -> threads.add(Thread.currentThread()));

            assertThat(threads).containsExactly(Thread.currentThread());
            assertThat(pool.threads()).isEqualTo(1);
        }
    }

    @Test
    void closeEndsTheWorkersAndRejectsFurtherJobs() {
        WorkerPool pool = new WorkerPool(2);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        var together = new CountDownLatch(2);
        pool.run(2, (item, worker) -> {
            threads.add(Thread.currentThread());
            together.countDown();
            awaitAll(together);
        });
        threads.remove(Thread.currentThread());

        pool.close();

        assertThat(threads).hasSize(1).allSatisfy(worker -> {
            assertThat(worker.isDaemon()).isTrue();
            assertThat(worker.isAlive()).isFalse();
        });
        assertThatIllegalStateException().isThrownBy(() -> pool.run(1, (item, worker) -> {}));
    }

    @Test
    void needsAThread() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WorkerPool(0))
                .withMessage("threads must be positive, but is 0");
    }

    private static void awaitAll(CountDownLatch together) {
        try {
            together.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
