package dev.tidar.sample;

import dev.tidar.TidarEngine;
import dev.tidar.api.GenerationStep;
import dev.tidar.api.TokenText;
import java.util.List;
import java.util.Optional;

/**
 * A step as the paper draws it, with the texts of its tokens: {@link GenerationStep} in the words of the API.
 *
 * @param promptRows rows before the anchor's, which computed tokens that were known
 * @param anchor the token of the first verify row; in a prefill the last of the prompt
 * @param drafts the tokens of the other verify rows
 * @param source {@code masks}, {@code text}, {@code forced} or {@code draft-model}: where the drafts come from
 * @param accepted how many of the drafts were accepted
 * @param emitted the accepted drafts, and the sample of the last kept row
 * @param draftPassRows rows of the forward of its own that made the drafts; 0 where none did
 * @param groups groups of mask rows beside the verify rows
 * @param proposed drafts that one of them left for the next step
 */
record StepOrigin(
        String layout,
        int promptRows,
        String anchor,
        List<String> drafts,
        Optional<String> source,
        int accepted,
        List<String> emitted,
        int draftPassRows,
        List<GenerationStep.Group> groups,
        List<String> proposed) {

    static StepOrigin of(GenerationStep step, TidarEngine engine) {
        return new StepOrigin(
                step.layout(),
                step.promptRows(),
                text(step.anchor(), engine),
                texts(step.drafts(), engine),
                step.source().map(Words::of),
                step.accepted(),
                texts(step.emitted(), engine),
                step.draftPassRows(),
                step.groups(),
                texts(step.proposed(), engine));
    }

    private static List<String> texts(List<Integer> tokens, TidarEngine engine) {
        return tokens.stream().map(token -> text(token, engine)).toList();
    }

    private static String text(int token, TidarEngine engine) {
        return engine.token(token).map(TokenText::text).orElse("#" + token);
    }
}
