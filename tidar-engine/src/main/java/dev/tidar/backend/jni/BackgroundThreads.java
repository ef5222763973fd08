package dev.tidar.backend.jni;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Makes threads for work that may wait, such as compiling grammars and building masks: where there are fewer cores than
 * threads that want one, the engine thread and its workers go first. By themselves, threads of one process get equal
 * shares, and {@link Thread#setPriority} does nothing on Linux, so the native library lowers the priority where it is
 * in use. The threads are daemons.
 *
 * @param name name of each thread
 */
public record BackgroundThreads(String name) implements ThreadFactory {

    @Override
    @SuppressWarnings(
            "ThreadPriorityCheck") // a wish, where the native library cannot ask for more; nothing relies on it
    public Thread newThread(Runnable work) {
        Thread thread = new Thread(
                () -> {
                    if (NativeLibrary.outcome().level().isPresent()) {
                        NativeKernels.lowerPriority();
                    }
                    work.run();
                },
                name);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.setDaemon(true);
        return thread;
    }

    /** An executor with one such thread, which ends when it has had nothing to do for so long. */
    public static ThreadPoolExecutor one(String name, long idleSeconds) {
        var executor = new ThreadPoolExecutor(
                1, 1, idleSeconds, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new BackgroundThreads(name));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
