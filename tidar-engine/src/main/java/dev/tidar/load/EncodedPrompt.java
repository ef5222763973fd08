package dev.tidar.load;

import dev.tidar.text.answer.AnswerSyntax;
import java.util.List;

/**
 * A prompt as the model takes it.
 *
 * @param ids token ids
 * @param answerSyntax what the answer to the prompt may hold besides text
 */
record EncodedPrompt(List<Integer> ids, AnswerSyntax answerSyntax) {

    EncodedPrompt {
        ids = List.copyOf(ids);
    }

    /** A prompt whose answer is only text. */
    static EncodedPrompt plain(List<Integer> ids) {
        return new EncodedPrompt(ids, AnswerSyntax.PLAIN);
    }
}
