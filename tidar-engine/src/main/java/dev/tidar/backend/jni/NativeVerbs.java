package dev.tidar.backend.jni;

import dev.tidar.backend.cpu.WorkerPool;

/** The verbs of one backend, which share its memory and its threads. Confined to the engine thread. */
public final class NativeVerbs implements AutoCloseable {

    private final WorkerPool pool;
    private final NativeMemory memory = new NativeMemory();
    private final NativeProducts products;
    private final NativeRows rows;
    private final NativeAttention attention;
    private final NativeHead head;

    /** @param pool closed with these verbs */
    public NativeVerbs(WorkerPool pool) {
        this.pool = pool;
        NativeStep step = new NativeStep(memory);
        this.products = new NativeProducts(memory, pool);
        this.rows = new NativeRows(pool, step);
        this.attention = new NativeAttention(memory, pool, step);
        this.head = new NativeHead(memory, products, pool.threads());
    }

    public NativeMemory memory() {
        return memory;
    }

    public NativeProducts products() {
        return products;
    }

    public NativeRows rows() {
        return rows;
    }

    public NativeAttention attention() {
        return attention;
    }

    public NativeHead head() {
        return head;
    }

    @Override
    public void close() {
        pool.close(); // its workers use the memory
        memory.close();
    }
}
