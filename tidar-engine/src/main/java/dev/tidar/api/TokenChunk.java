package dev.tidar.api;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What one step emitted.
 *
 * @param step 0 is the prefill, then one number a decode step
 * @param tokens the emitted tokens, in order; the chunk with the text that was held back until the end has none
 * @param parts parts of the answer that became final; tags of thoughts and calls are in no part
 * @param origin how the step came to its tokens; empty for the chunk without tokens
 */
public record TokenChunk(int step, List<Token> tokens, List<Answer.Part> parts, Optional<GenerationStep> origin) {

    public TokenChunk {
        tokens = List.copyOf(tokens);
        parts = List.copyOf(parts);
    }

    /** A chunk that does not say how the step came to its tokens. */
    public TokenChunk(int step, List<Token> tokens, List<Answer.Part> parts) {
        this(step, tokens, parts, Optional.empty());
    }

    /** A chunk without parts. */
    public TokenChunk(int step, List<Token> tokens) {
        this(step, tokens, List.of());
    }

    public TokenChunk withParts(List<Answer.Part> others) {
        return new TokenChunk(step, tokens, others, origin);
    }

    public TokenChunk withOrigin(GenerationStep how) {
        return new TokenChunk(step, tokens, parts, Optional.of(how));
    }

    /**
     * The text that these tokens made final. Whole characters only; may be empty while a character is incomplete or a
     * stop string may have begun.
     */
    public String text() {
        return tokens.stream().map(Token::text).collect(Collectors.joining());
    }

    /**
     * One emitted token.
     *
     * @param id token id
     * @param text text that this token made final, with text that was held back until this token completed it
     * @param accepted whether it is a draft that verification accepted, rather than the token that ended the step
     * @param logProbs log-probabilities of it and of others in its place; empty where the request did not ask for them
     */
    public record Token(int id, String text, boolean accepted, Optional<LogProbs> logProbs) {

        /** A token without log-probabilities. */
        public Token(int id, String text, boolean accepted) {
            this(id, text, accepted, Optional.empty());
        }
    }
}
