package dev.tidar.text.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tidar.api.EngineClosedException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Encodes text in which no control token counts. Thread-safe: closing waits until encodings in progress have ended. */
final class ContentEncoder implements AutoCloseable {

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final HuggingFaceTokenizer tokenizer;
    private boolean closed;

    private ContentEncoder(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    static ContentEncoder open(TokenizerFile file) {
        return new ContentEncoder(NativeLibrary.open(file.contentJson(), file.path()));
    }

    /**
     * Returns the token ids of a text.
     *
     * @param text the text, without lone surrogates
     * @throws EngineClosedException if this encoder is closed
     */
    long[] encode(String text) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new EngineClosedException("the tokenizer is closed");
            }
            return tokenizer.encode(text, false, false).getIds();
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            tokenizer.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
