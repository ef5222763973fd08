package dev.tidar.spring;

import dev.tidar.api.Decoding;
import dev.tidar.api.EngineActivity;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.EngineStatus.LayoutReport;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.EngineStatus.MemoryStatus;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.EngineStatus.Totals;
import dev.tidar.api.Limits;
import dev.tidar.api.RequestStatus;
import dev.tidar.api.RequestStatus.Phase;
import dev.tidar.api.StepTotals;
import dev.tidar.api.StepTotals.Kind;
import dev.tidar.api.StepTotals.OfKind;
import dev.tidar.api.StepTotals.OfPosition;
import dev.tidar.api.WeightFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Statuses of an engine, as it would report them. */
final class Statuses {

    private static final ModelFacts MODEL = new ModelFacts(
            "tiny",
            "llama",
            1000,
            WeightFormat.F32,
            Optional.empty(),
            512,
            OptionalInt.of(512),
            OptionalInt.of(8),
            false,
            false,
            true,
            "config.json",
            "0123abcd");

    private static final List<OfPosition> DRAFTS = IntStream.range(0, StepTotals.MAX_POSITIONS)
            .mapToObj(position -> new OfPosition(Math.max(0, 30 - 10 * position), Math.max(0, 20 - 10 * position)))
            .toList();

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
                EngineActivity.NONE,
                failure);
    }

    static EngineStatus of(EngineState state, List<String> degradations) {
        return of(state, degradations, Duration.ofMillis(40));
    }

    /** Of an engine that has requests, and whose last step ended so long ago. */
    static EngineStatus of(EngineState state, Duration sinceStep) {
        return of(state, List.of(), sinceStep);
    }

    private static EngineStatus of(EngineState state, List<String> degradations, Duration sinceStep) {
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
                        Decoding.AUTO,
                        new LayoutReport("autoregressive", "it is the fastest here", List.of(), true),
                        degradations,
                        new MemoryStatus("the Java heap", 4000, 300, 200, 4096, "f32", 512),
                        new KvStatus(4096, 1024, 2048, 7, 5))),
                3,
                1,
                new Totals(20, 2, 1, 4, 1000, 600, 3000, 5, 1),
                new EngineActivity(
                        List.of(new RequestStatus(
                                7, Phase.DECODE, 30, 16, 5, "two-pass, draft length 4", 1, Duration.ofMillis(800))),
                        sinceStep,
                        new StepTotals(
                                List.of(
                                        new OfKind(Kind.PREFILL, 4, Duration.ofMillis(60)),
                                        new OfKind(Kind.TWO_PASS, 10, Duration.ofMillis(250))),
                                DRAFTS),
                        Limits.DEFAULT),
                Optional.empty());
    }
}
