package dev.tidar.backend.cuda.driver;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A cache of captured work, by a key that determines which kernels it launches and with which arguments. A graph holds
 * addresses, so all graphs are invalid once memory that one of them uses is freed.
 *
 * <p>Confined to the engine thread.
 */
public final class GraphCache {

    /** The largest number of graphs that are kept; beyond it the least recently used graph is destroyed. */
    private static final int MAX_GRAPHS = 128;

    private final JCudaContext context;
    private final Map<Object, JCudaContext.Graph> graphs = new LinkedHashMap<>(16, 0.75f, true);

    GraphCache(JCudaContext context) {
        this.context = context;
    }

    /** The graph of work that was captured under an equal key. */
    public Optional<JCudaContext.Graph> get(Object key) {
        return Optional.ofNullable(graphs.get(key));
    }

    /**
     * Keeps a graph until it is invalidated or becomes the least recently used one of a full cache.
     *
     * @param key equal to another exactly where the same kernels are launched with the same arguments
     */
    public void put(Object key, JCudaContext.Graph graph) {
        graphs.put(key, graph);
        if (graphs.size() > MAX_GRAPHS) {
            Iterator<JCudaContext.Graph> eldest = graphs.values().iterator();
            context.destroy(eldest.next());
            eldest.remove();
        }
    }

    /** Destroys all graphs, so that their work is captured anew. */
    public void invalidate() {
        Iterator<JCudaContext.Graph> all = graphs.values().iterator();
        while (all.hasNext()) {
            JCudaContext.Graph graph = all.next();
            all.remove();
            context.destroy(graph);
        }
    }
}
