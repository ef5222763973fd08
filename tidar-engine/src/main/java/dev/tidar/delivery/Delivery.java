package dev.tidar.delivery;

import dev.tidar.api.GenerationListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * The calls of one listener: in order, one at a time, never on the thread that hands them over. Calls that the listener
 * has not come to yet wait here; there are no more of them than the answer has steps. Thread-safe.
 */
public final class Delivery {

    private final Deliveries owner;
    private final GenerationListener listener;
    private final Consumer<Throwable> onFault;
    private final CountDownLatch heard = new CountDownLatch(1);

    private final Deque<Consumer<GenerationListener>> calls = new ArrayDeque<>();
    /** Whether a thread is calling the listener, or will. */
    private boolean underWay;

    private boolean ended;
    /** The thread that calls the listener now. */
    private Optional<Thread> caller = Optional.empty();

    Delivery(Deliveries owner, GenerationListener listener, Consumer<Throwable> onFault) {
        this.owner = owner;
        this.listener = listener;
        this.onFault = onFault;
    }

    /** Hands over a call. Returns at once; has no effect after the last call. */
    public void post(Consumer<GenerationListener> call) {
        enqueue(call, false);
    }

    /** Hands over the last call. */
    public void postLast(Consumer<GenerationListener> call) {
        enqueue(call, true);
    }

    private void enqueue(Consumer<GenerationListener> call, boolean isLast) {
        synchronized (this) {
            if (ended) {
                return;
            }
            if (isLast) {
                ended = true;
                owner.ended();
            }
            if (listener == GenerationListener.NONE) { // it needs no thread to do nothing
                if (isLast) {
                    over();
                }
                return;
            }
            calls.add(call);
            if (underWay) {
                return;
            }
            underWay = true;
        }
        try {
            owner.execute(this::callAll);
        } catch (RuntimeException | OutOfMemoryError e) { // there is no thread to be had
            onFault.accept(e);
            withoutThread();
        }
    }

    /** Keeps the calls for the next try, which the last of them does not have. */
    private void withoutThread() {
        synchronized (this) {
            if (!ended) {
                underWay = false;
                return;
            }
        }
        try {
            owner.executeInReserve(this::callAll);
        } catch (RuntimeException | OutOfMemoryError e) { // the engine is closed, and nobody hears of the end
            onFault.accept(e);
            synchronized (this) {
                underWay = false;
                calls.clear();
                over();
            }
        }
    }

    private void callAll() {
        for (Optional<Consumer<GenerationListener>> next = next(); next.isPresent(); next = next()) {
            try {
                next.get().accept(listener);
            } catch (Exception | Error e) { // a listener may throw what its method does not declare
                onFault.accept(e);
            } finally {
                Thread.interrupted(); // an interrupt is the listener's own, and meant for no other
            }
        }
    }

    private synchronized Optional<Consumer<GenerationListener>> next() {
        Optional<Consumer<GenerationListener>> next = Optional.ofNullable(calls.poll());
        caller = next.map(call -> Thread.currentThread());
        if (next.isEmpty()) {
            underWay = false;
            if (ended) {
                over();
            }
        }
        return next;
    }

    /** Is counted before whoever waits goes on, so that nobody sees a count that is behind. */
    private void over() {
        owner.heard();
        heard.countDown();
    }

    /**
     * Waits until the listener has returned from its last call. Does not wait on the thread that calls the listener,
     * which would wait for itself.
     */
    public void await() throws InterruptedException {
        if (!isCaller()) {
            heard.await();
        }
    }

    private synchronized boolean isCaller() {
        return caller.filter(thread -> thread == Thread.currentThread()).isPresent();
    }
}
