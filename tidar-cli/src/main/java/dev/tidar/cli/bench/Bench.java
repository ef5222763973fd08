package dev.tidar.cli.bench;

import dev.tidar.TidarEngine;
import dev.tidar.api.GenerationRequest;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Runs a plan: a warm-up round, then the measured rounds. In a round each prompt is answered by every layout in turn,
 * one request at a time.
 */
public final class Bench {

    private final TidarEngine engine;
    private final BenchPlan plan;
    private final PrintWriter log;

    /** Writes one line of progress to the log for each round. The caller closes the engine. */
    public Bench(TidarEngine engine, BenchPlan plan, PrintWriter log) {
        this.engine = engine;
        this.plan = plan;
        this.log = log;
    }

    public BenchReport run() throws InterruptedException {
        var rounds = new ArrayList<Map<Layout, Round>>();
        for (int i = 0; i <= plan.repeats(); i++) {
            Map<Layout, Round> round = round();
            rounds.add(round);
            log.println((i == 0 ? "warm-up" : "round " + i) + ": " + speeds(round));
            log.flush();
        }
        return BenchReport.of(engine.status(), plan, rounds);
    }

    private Map<Layout, Round> round() throws InterruptedException {
        var answers = new LinkedHashMap<Layout, List<Answer>>();
        for (NamedPrompt prompt : plan.prompts()) {
            for (Layout layout : plan.layouts()) {
                answers.computeIfAbsent(layout, l -> new ArrayList<>()).add(answer(prompt, layout));
            }
        }
        var round = new LinkedHashMap<Layout, Round>();
        answers.forEach((layout, given) -> round.put(layout, new Round(given)));
        return round;
    }

    private Answer answer(NamedPrompt prompt, Layout layout) throws InterruptedException {
        GenerationRequest request = GenerationRequest.builder(prompt.prompt())
                .maxTokens(plan.maxTokens())
                .temperature(0)
                .ignoreStopIds(plan.ignoreStopIds())
                .decoding(layout.decoding())
                .build();
        var firstToken = new FirstTokenClock();
        var result = engine.submit(request, firstToken).await();
        return new Answer(prompt.name(), result, firstToken.elapsed());
    }

    private static String speeds(Map<Layout, Round> round) {
        return round.entrySet().stream()
                .map(entry -> String.format(
                        Locale.ROOT,
                        "%s %.1f tokens/s",
                        entry.getKey().name(),
                        entry.getValue().decodeTokensPerSecond()))
                .collect(Collectors.joining("; "));
    }
}
