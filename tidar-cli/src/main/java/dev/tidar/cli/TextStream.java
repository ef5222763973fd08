package dev.tidar.cli;

import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Carries text from the engine's listener thread to the thread that prints it. */
final class TextStream implements GenerationListener {

    /** The texts in order; an empty entry comes after the last. */
    private final BlockingQueue<Optional<String>> texts = new LinkedBlockingQueue<>();

    @Override
    public void onChunk(TokenChunk chunk) {
        texts.add(Optional.of(chunk.text()));
    }

    @Override
    public void onFinished(GenerationResult result) {
        texts.add(Optional.empty());
    }

    @Override
    public void onFailed(TidarException failure) {
        texts.add(Optional.empty());
    }

    /** Prints each text as it comes, until the generation ends. */
    void printTo(PrintWriter out) throws InterruptedException {
        for (var text = texts.take(); text.isPresent(); text = texts.take()) {
            out.print(text.get());
            out.flush();
        }
        out.println();
    }
}
