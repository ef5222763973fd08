package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineStatus;
import dev.tidar.cli.serving.Ended;
import dev.tidar.cli.serving.InFlight;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Answers many requests, several at once, and prints one JSON object on a line of its own as each ends. */
final class Batch {

    private final EngineStatus loaded;
    private final InFlight<BatchRequest> inFlight;
    private final int max;
    private final PrintWriter out;

    /** @param max the largest number of requests in flight, for which the engine must have room */
    Batch(TidarEngine engine, int max, PrintWriter out) {
        this.loaded = engine.status();
        this.inFlight = new InFlight<>(engine);
        this.max = max;
        this.out = out;
    }

    /** Answers all requests and returns how many failed. */
    int run(List<BatchRequest> requests) throws InterruptedException {
        Iterator<BatchRequest> left = requests.iterator();
        int failed = 0;
        while (left.hasNext() || inFlight.size() > 0) {
            while (left.hasNext() && inFlight.size() < max) {
                BatchRequest next = left.next();
                inFlight.submit(next, next.request());
            }
            Ended<BatchRequest> ended = inFlight.next();
            failed += ended.failure().isPresent() ? 1 : 0;
            JsonOutput.print(out, line(ended));
        }
        return failed;
    }

    private ObjectNode line(Ended<BatchRequest> ended) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.set("id", ended.tag().id());
        ended.failure().ifPresent(failure -> line.put("error", failure.getMessage()));
        ended.result().ifPresent(result -> line.setAll(JsonOutput.toObject(GenerationReport.of(result, loaded))));
        return line;
    }
}
