package dev.tidar.schedule;

import dev.tidar.decode.DecodeRequest;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.emission.AnswerStream;
import dev.tidar.emission.LimitRule;
import dev.tidar.emission.StopRule;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.text.answer.AnswerParser;
import dev.tidar.text.answer.AnswerSyntax;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Requests that were admitted, for a model that has token ids only. */
final class Admissible {

    private Admissible() {}

    /** A greedy, autoregressive request. */
    static Admission greedy(List<Integer> prompt, int maxTokens, int contextLength) {
        return of(
                new DecodeRequest(prompt, SamplingParams.GREEDY, maxTokens, contextLength),
                Optional.empty(),
                "",
                () -> LayoutChoice.fixed(StepLayout.AUTOREGRESSIVE));
    }

    static Admission of(
            DecodeRequest request, Optional<Duration> timeout, String cacheSalt, Supplier<LayoutChoice> layouts) {
        return new Admission(
                request,
                timeout,
                cacheSalt,
                () -> new AnswerStream(
                        StopRule.NONE, Optional.empty(), new AnswerParser(AnswerSyntax.PLAIN, 0), LimitRule.CUTS),
                layouts);
    }
}
