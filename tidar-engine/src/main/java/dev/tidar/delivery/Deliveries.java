package dev.tidar.delivery;

import dev.tidar.api.GenerationListener;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The threads on which an engine calls listeners. A listener is the code of a caller: it may block, throw anything,
 * interrupt its thread or wait for its own request, and must not stop the engine thread or another listener by that. So
 * a request whose listener has something to hear borrows a thread for as long as it has; a thread that nobody needs
 * ends after a while. One thread is kept in reserve, for the ends of requests for which the system has no thread left.
 * Thread-safe.
 */
public final class Deliveries implements AutoCloseable {

    private static final long IDLE_SECONDS = 10;

    private final AtomicInteger numThreads = new AtomicInteger();
    private final Executor threads;
    private final Executor reserve;
    private final Runnable letIdleThreadsEnd;
    private int unheard;

    /** Threads as they are needed. */
    public Deliveries() {
        ThreadFactory named = work -> new DeliveryThread(this, work, numThreads.incrementAndGet());
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), named);
        ThreadPoolExecutor kept = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named);
        kept.prestartAllCoreThreads(); // because none can be had when it is needed
        this.threads = pool;
        this.reserve = kept;
        this.letIdleThreadsEnd = () -> {
            pool.setKeepAliveTime(0, TimeUnit.SECONDS);
            kept.shutdown();
        };
    }

    /**
     * For tests.
     *
     * @param threads what runs the calls
     * @param reserve what runs the last calls of those that {@code threads} rejects
     */
    public Deliveries(Executor threads, Executor reserve) {
        this.threads = threads;
        this.reserve = reserve;
        this.letIdleThreadsEnd = () -> {};
    }

    /** A thread that calls listeners of one engine. */
    private static final class DeliveryThread extends Thread {
        private final Deliveries owner;

        DeliveryThread(Deliveries owner, Runnable work, int number) {
            super(work, "tidar-listener-" + number);
            this.owner = owner;
            setDaemon(true);
        }
    }

    /**
     * The calls of one listener.
     *
     * @param onFault receives what the listener threw, on the thread that called it
     */
    public Delivery to(GenerationListener listener, Consumer<Throwable> onFault) {
        return new Delivery(this, listener, onFault);
    }

    /** Runs the calls of a listener; throws as an {@link Executor} does. */
    void execute(Runnable calls) {
        threads.execute(calls);
    }

    /** Runs the calls of a listener that has to hear of the end, where {@link #execute} has no thread. */
    void executeInReserve(Runnable calls) {
        reserve.execute(calls);
    }

    /** The requests that have ended but whose listener has not returned from its last call yet. */
    public synchronized int unheard() {
        return unheard;
    }

    synchronized void ended() {
        unheard++;
    }

    synchronized void heard() {
        unheard--;
        notifyAll();
    }

    /** Whether the current thread is calling a listener of this engine. */
    public boolean isOnListenerThread() {
        return Thread.currentThread() instanceof DeliveryThread thread && thread.owner == this;
    }

    /**
     * Waits until the listeners of all requests that have ended have heard of it. Does not wait on a thread that calls
     * a listener, which would wait for itself.
     *
     * @param nanos the longest wait
     * @return whether all have heard
     */
    public synchronized boolean await(long nanos) throws InterruptedException {
        long begin = System.nanoTime();
        long left = nanos;
        while (unheard > 0 && left > 0 && !isOnListenerThread()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = nanos - (System.nanoTime() - begin);
        }
        return unheard == 0;
    }

    /** Keeps no idle thread from now on. Calls that come yet, such as rejections after the end, still find a thread. */
    @Override
    public void close() {
        letIdleThreadsEnd.run();
    }
}
