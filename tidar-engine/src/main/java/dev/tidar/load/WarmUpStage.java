package dev.tidar.load;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Prompt;
import dev.tidar.api.WarmUp;
import dev.tidar.decode.Decoder;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.RunningSequence;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.Turn;
import dev.tidar.schedule.Admission;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last stage of loading: requests of the operator, checked and decoded as those of users will be, on the KV cache
 * that serves, so that full blocks of their prompts stay in the prefix cache. Nobody hears their answers, and no total
 * counts them. A prompt that cannot be served is skipped with a warning, because a warm-up is no condition of service.
 * Confined to the engine thread.
 */
final class WarmUpStage {

    private static final Logger log = LoggerFactory.getLogger(WarmUpStage.class);

    /** Where the stage begins in the load, in [0, 1]. */
    private static final double BEGIN = 0.9;

    /** What the user says after a system message. */
    private static final String GREETING = "Hello";

    private final RequestGate gate;
    private final Decoder decoder;
    private final LoadedModel model;
    private final int prefillChunk;
    private final LoadStages stages;

    /**
     * @param gate checks requests against the model
     * @param decoder decodes on the network that serves
     * @param model the model, with the memory that serves
     * @param prefillChunk prompt rows of one forward at most
     */
    WarmUpStage(RequestGate gate, Decoder decoder, LoadedModel model, int prefillChunk, LoadStages stages) {
        this.gate = gate;
        this.decoder = decoder;
        this.model = model;
        this.prefillChunk = prefillChunk;
        this.stages = stages;
    }

    /** @throws EngineClosedException if loading is to stop */
    void run(WarmUp warmUp) {
        List<GenerationRequest> requests = requests(warmUp);
        if (requests.isEmpty()) {
            return;
        }
        long begin = System.nanoTime();
        int computed = 0;
        for (int i = 0; i < requests.size(); i++) {
            stages.begin(
                    "warming up, prompt %d of %d".formatted(i + 1, requests.size()),
                    BEGIN + (1 - BEGIN) * i / requests.size());
            computed += attempt(requests.get(i), i + 1) ? 1 : 0;
        }
        log.info(
                "Warmed up with {} of {} prompts in {} ms",
                computed,
                requests.size(),
                (System.nanoTime() - begin) / 1_000_000);
    }

    private List<GenerationRequest> requests(WarmUp warmUp) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (String system : warmUp.systemPrompts()) {
            var chat = new Prompt.Chat(List.of(ChatMessage.system(system), ChatMessage.user(GREETING)));
            requests.add(GenerationRequest.builder(chat).maxTokens(1).build());
        }
        for (String text : warmUp.prompts()) {
            Prompt prompt = model.template().isPresent()
                    ? new Prompt.Chat(List.of(ChatMessage.user(text)))
                    : new Prompt.Text(text);
            requests.add(GenerationRequest.builder(prompt)
                    .maxTokens(warmUp.maxTokens())
                    .build());
        }
        return requests;
    }

    /** Returns whether it was computed. */
    private boolean attempt(GenerationRequest request, int number) {
        try {
            generate(gate.admit(request));
            return true;
        } catch (EngineClosedException e) {
            throw e;
        } catch (RuntimeException e) {
            if (e instanceof DeviceException fault && fault.isLasting()) {
                throw e;
            }
            log.warn("Prompt {} of the warm-up is skipped: {}", number, e.getMessage());
            return false;
        }
    }

    private void generate(Admission admission) {
        LayoutChoice wanted = admission.layouts().get();
        LayoutChoice chosen = wanted.usesDraftModel() ? LayoutChoice.fixed(StepLayout.AUTOREGRESSIVE) : wanted;
        try (var sequence = new RunningSequence(
                admission.request(),
                chosen,
                model.kvCache().table(admission.cacheSalt()),
                admission.answer().get())) {
            sequence.sequence().begin();
            while (sequence.finish().isEmpty()) {
                stages.requireNeeded();
                forward(sequence);
            }
        }
    }

    private void forward(RunningSequence sequence) {
        if (sequence.isBetweenSteps()) {
            model.layouts()
                    .share(
                            List.of(sequence.layouts()),
                            List.of(),
                            Math.min(prefillChunk, sequence.sequence().uncomputed()));
        }
        Turn turn = decoder.plan(sequence, prefillChunk).orElseThrow();
        if (!sequence.blocks().reserve(turn.end())) {
            throw new GenerationFailedException(
                    "the KV cache has no room for its %d tokens".formatted(turn.end()), null);
        }
        decoder.step(List.of(turn));
        sequence.failure().ifPresent(failure -> {
            throw failure;
        });
    }
}
