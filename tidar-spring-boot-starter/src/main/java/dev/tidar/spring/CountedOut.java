package dev.tidar.spring;

import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import java.util.concurrent.atomic.AtomicBoolean;

/** Passes everything on, and counts its request out, once, when the listener has heard of the end. */
final class CountedOut implements GenerationListener {

    private final GenerationListener listener;
    private final Runnable leave;
    private final AtomicBoolean left = new AtomicBoolean();

    CountedOut(GenerationListener listener, Runnable leave) {
        this.listener = listener;
        this.leave = leave;
    }

    @Override
    public void onStarted(Start start) {
        listener.onStarted(start);
    }

    @Override
    public void onChunk(TokenChunk chunk) {
        listener.onChunk(chunk);
    }

    @Override
    public void onFinished(GenerationResult result) {
        try {
            listener.onFinished(result);
        } finally {
            leaveOnce();
        }
    }

    @Override
    public void onFailed(TidarException failure) {
        try {
            listener.onFailed(failure);
        } finally {
            leaveOnce();
        }
    }

    private void leaveOnce() {
        if (!left.getAndSet(true)) {
            leave.run();
        }
    }
}
