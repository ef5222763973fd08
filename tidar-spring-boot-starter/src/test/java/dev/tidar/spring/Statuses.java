package dev.tidar.spring;

import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.LayoutReport;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.WeightFormat;
import java.util.List;
import java.util.OptionalInt;

/** Statuses of an engine, as it would report them. */
final class Statuses {

    private Statuses() {}

    static EngineStatus of(EngineState state) {
        return of(state, List.of());
    }

    static EngineStatus of(EngineState state, List<String> degradations) {
        return new EngineStatus(
                state,
                new ModelFacts(
                        "tiny",
                        "llama",
                        1000,
                        WeightFormat.F32,
                        512,
                        OptionalInt.of(512),
                        OptionalInt.of(8),
                        false,
                        true),
                "cpu, 2 threads",
                "plain",
                new LayoutReport("autoregressive", "it is the fastest here", List.of()),
                degradations,
                3,
                1,
                4096,
                1024);
    }
}
