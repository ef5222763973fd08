package dev.tidar.cli;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.EngineStatus.LayoutReport;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.Limits;
import java.util.List;

/**
 * What {@code inspect --json} prints, in snake case.
 *
 * @param state READY, or DEGRADED by a fallback
 * @param model facts about the model
 * @param device device that computes
 * @param backend kernels in use
 * @param layout what auto chose, and the candidates
 * @param degradations fallbacks that are active
 * @param limits what bounds the work; times as ISO 8601 durations
 * @param kv memory for keys and values
 */
record InspectReport(
        EngineState state,
        ModelFacts model,
        String device,
        String backend,
        LayoutReport layout,
        List<String> degradations,
        Limits limits,
        KvReport kv) {

    /**
     * Memory for keys and values, by the state of its blocks.
     *
     * @param bytes all of it
     * @param leasedBytes leased by sequences
     * @param cachedBytes kept for prompts with the same beginning
     * @param freeBytes the rest
     */
    record KvReport(long bytes, long leasedBytes, long cachedBytes, long freeBytes) {
        static KvReport of(KvStatus kv) {
            return new KvReport(
                    kv.bytes(), kv.bytes() - kv.cachedBytes() - kv.freeBytes(), kv.cachedBytes(), kv.freeBytes());
        }
    }

    static InspectReport of(EngineStatus status, Limits limits) {
        return new InspectReport(
                status.state(),
                status.model(),
                status.device(),
                status.backend(),
                status.layout(),
                status.degradations(),
                limits,
                KvReport.of(status.kv()));
    }
}
