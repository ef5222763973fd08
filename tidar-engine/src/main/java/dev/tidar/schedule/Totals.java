package dev.tidar.schedule;

import dev.tidar.api.EngineStatus;
import java.util.concurrent.atomic.LongAdder;

/** Counts since the engine was loaded. Thread-safe. */
final class Totals {

    final LongAdder finished = new LongAdder();
    final LongAdder cancelled = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder promptTokens = new LongAdder();
    final LongAdder cachedTokens = new LongAdder();
    final LongAdder tokens = new LongAdder();
    final LongAdder preemptions = new LongAdder();
    final LongAdder stalls = new LongAdder();

    EngineStatus.Totals snapshot() {
        return new EngineStatus.Totals(
                finished.sum(),
                cancelled.sum(),
                failed.sum(),
                rejected.sum(),
                promptTokens.sum(),
                cachedTokens.sum(),
                tokens.sum(),
                preemptions.sum(),
                stalls.sum());
    }
}
