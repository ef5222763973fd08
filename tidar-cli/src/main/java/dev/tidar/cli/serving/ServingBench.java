package dev.tidar.cli.serving;

import dev.tidar.TidarEngine;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Prompt;
import dev.tidar.cli.serving.ServingPlan.Load;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Runs a plan: a warm-up round, then the measured rounds. In a round the loads take turns, and each answers all
 * prompts. As soon as one request has ended the next is submitted, so that the number in flight stays the same.
 */
public final class ServingBench {

    private final TidarEngine engine;
    private final ServingPlan plan;
    private final PrintWriter log;

    /**
     * @param engine an engine with room for the highest concurrency and without a prefix cache; the caller closes it
     * @param log receives one line of progress for each load
     */
    public ServingBench(TidarEngine engine, ServingPlan plan, PrintWriter log) {
        this.engine = engine;
        this.plan = plan;
        this.log = log;
    }

    public ServingReport run() throws InterruptedException {
        var rounds = new ArrayList<Map<Load, ServingRound>>();
        for (int i = 0; i <= plan.repeats(); i++) {
            var round = new LinkedHashMap<Load, ServingRound>();
            for (Load load : plan.loads()) {
                ServingRound answered = answerAll(load);
                round.put(load, answered);
                log.println(String.format(
                        Locale.ROOT,
                        "%s, %s, concurrency %d: %.1f tokens/s",
                        i == 0 ? "warm-up" : "round " + i,
                        ServingReport.name(load.mode()),
                        load.concurrency(),
                        answered.tokensPerSecond()));
                log.flush();
            }
            rounds.add(round);
        }
        return ServingReport.of(engine.status(), plan, rounds);
    }

    private ServingRound answerAll(Load load) throws InterruptedException {
        var inFlight = new InFlight<Integer>(engine);
        var ended = new ArrayList<Ended<Integer>>();
        long start = System.nanoTime();
        int next = 0;
        while (ended.size() < plan.prompts().size()) {
            while (next < plan.prompts().size() && inFlight.size() < load.concurrency()) {
                inFlight.submit(next, request(plan.prompts().get(next).prompt(), load));
                next++;
            }
            ended.add(inFlight.next());
        }
        return ServingRound.of(ended, System.nanoTime() - start);
    }

    private GenerationRequest request(Prompt prompt, Load load) {
        return GenerationRequest.builder(prompt)
                .maxTokens(plan.maxTokens())
                .temperature(0)
                .ignoreStopIds(true)
                .decoding(Decoding.of(load.mode()))
                .build();
    }
}
