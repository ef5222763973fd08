package dev.tidar.load;

import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions.LoadProgress;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Reports the stages of a load, and ends the load at the next of them once nobody needs the model any more. Confined to
 * the loading thread, but for {@link #progress} and {@link #stopWhen}.
 */
final class LoadStages {

    /** The part of a load that its download is taken for, where there is one. */
    private static final double DOWNLOAD_PART = 0.5;

    private final Consumer<LoadProgress> listener;

    /** Where loading begins in [0, 1]: after the download, if there was one. */
    private double begin;

    private volatile LoadProgress progress = new LoadProgress("waiting to begin", 0);
    private volatile BooleanSupplier stop = () -> false;

    /** @param listener receives the stages */
    LoadStages(Consumer<LoadProgress> listener) {
        this.listener = listener;
    }

    /** Lets loading end at its next stage once this is true. */
    void stopWhen(BooleanSupplier condition) {
        stop = condition;
    }

    boolean isToStop() {
        return stop.getAsBoolean();
    }

    LoadProgress progress() {
        return progress;
    }

    /**
     * Loading consults this at each stage, after each packed part and before each measured forward.
     *
     * @throws EngineClosedException if loading is to stop
     */
    void requireNeeded() {
        if (isToStop()) {
            throw new EngineClosedException("the engine was closed at the stage \"%s\", %.0f %%"
                    .formatted(progress.stage(), 100 * progress.done()));
        }
    }

    /** Begins a stage of the download, of which this part is done; what follows it begins later. */
    void download(String stage, double part) {
        begin = DOWNLOAD_PART;
        requireNeeded();
        report(stage, DOWNLOAD_PART * part);
    }

    /** Begins a stage, or a part of it, unless loading is to stop. */
    void begin(String stage, double done) {
        requireNeeded();
        report(stage, begin + (1 - begin) * done);
    }

    /** Reports that the model is loaded. */
    void ready() {
        report("ready", 1);
    }

    private void report(String stage, double done) {
        progress = new LoadProgress(stage, done);
        listener.accept(progress);
    }
}
