package dev.tidar.spring;

import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.EngineStatus.LayoutReport;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.EngineStatus.Totals;
import dev.tidar.api.WeightFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Statuses of an engine, as it would report them. */
final class Statuses {

    private static final ModelFacts MODEL = new ModelFacts(
            "tiny", "llama", 1000, WeightFormat.F32, 512, OptionalInt.of(512), OptionalInt.of(8), false, false, true);

    private Statuses() {}

    static EngineStatus of(EngineState state) {
        return of(state, List.of());
    }

    /** Of an engine whose model is not there, yet or ever. */
    static EngineStatus withoutModel(EngineState state, Optional<String> failure) {
        return new EngineStatus(
                state,
                "tiny",
                new LoadProgress("packing weights", 0.456),
                Optional.empty(),
                0,
                0,
                Totals.NONE,
                failure);
    }

    static EngineStatus of(EngineState state, List<String> degradations) {
        return new EngineStatus(
                state,
                "tiny",
                new LoadProgress("ready", 1),
                Optional.of(new Loaded(
                        MODEL,
                        Optional.empty(),
                        "cpu, 2 threads",
                        "the options ask for the CPU",
                        "plain",
                        new LayoutReport("autoregressive", "it is the fastest here", List.of(), true),
                        degradations,
                        new KvStatus(4096, 1024, 2048, 7, 5))),
                3,
                1,
                new Totals(20, 2, 1, 4, 1000, 600, 3000, 5, 1),
                Optional.empty());
    }
}
