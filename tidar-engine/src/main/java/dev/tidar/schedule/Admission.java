package dev.tidar.schedule;

import dev.tidar.decode.AnswerState;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StopRule;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.text.answer.AnswerParser;
import dev.tidar.text.answer.AnswerSyntax;
import dev.tidar.text.tokenizer.StreamingDetokenizer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request that was checked and may wait for its turn.
 *
 * @param prompt token ids
 * @param params temperature and seed
 * @param stop where it ends
 * @param timeout how long it may take from its submission; empty is as long as it needs
 * @param cacheSalt requests share cached prefixes only where their salts are equal
 * @param start what the answer is held to
 * @param detokenizer makes the text; empty where the model has no tokenizer
 * @param answer takes its text apart
 * @param layouts made when its turn comes
 */
public record Admission(
        List<Integer> prompt,
        SamplingParams params,
        StopRule stop,
        Optional<Duration> timeout,
        String cacheSalt,
        AnswerState start,
        Supplier<Optional<StreamingDetokenizer>> detokenizer,
        Supplier<AnswerParser> answer,
        Supplier<LayoutChoice> layouts) {

    /** A request whose answer is only text. */
    public Admission(
            List<Integer> prompt,
            SamplingParams params,
            StopRule stop,
            Optional<Duration> timeout,
            String cacheSalt,
            AnswerState start,
            Supplier<Optional<StreamingDetokenizer>> detokenizer,
            Supplier<LayoutChoice> layouts) {
        this(
                prompt,
                params,
                stop,
                timeout,
                cacheSalt,
                start,
                detokenizer,
                () -> new AnswerParser(AnswerSyntax.PLAIN, 0),
                layouts);
    }

    public Admission {
        prompt = List.copyOf(prompt);
    }
}
