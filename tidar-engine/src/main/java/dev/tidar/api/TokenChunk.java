package dev.tidar.api;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one step emitted.
 *
 * @param step 0 is the prefill, then one number a decode step
 * @param tokens the emitted tokens, in order; none in the chunk that releases what was held back until the end
 * @param parts what became final of the answer, taken apart; tags of thoughts and calls are in no part
 */
public record TokenChunk(int step, List<Token> tokens, List<Answer.Part> parts) {

    public TokenChunk {
        tokens = List.copyOf(tokens);
        parts = List.copyOf(parts);
    }

    /** A chunk whose text was not taken apart yet. */
    public TokenChunk(int step, List<Token> tokens) {
        this(step, tokens, List.of());
    }

    public TokenChunk withParts(List<Answer.Part> others) {
        return new TokenChunk(step, tokens, others);
    }

    /**
     * The text that these tokens made final. Whole characters only; may be empty while a character or a stop string is
     * open.
     */
    public String text() {
        return tokens.stream().map(Token::text).collect(Collectors.joining());
    }

    /**
     * One emitted token.
     *
     * @param id token id
     * @param text text that this token made final; text held back until now comes with the token that completes it
     * @param accepted whether it is a draft that verification accepted, rather than the token that ended the step
     * @param logProbs how likely the model held it; empty where the request did not ask
     */
    public record Token(int id, String text, boolean accepted, Optional<LogProbs> logProbs) {

        /** A token without log-probabilities. */
        public Token(int id, String text, boolean accepted) {
            this(id, text, accepted, Optional.empty());
        }
    }
}
