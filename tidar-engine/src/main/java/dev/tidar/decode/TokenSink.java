package dev.tidar.decode;

import dev.tidar.api.FinishReason;
import dev.tidar.api.LogProbs;
import java.util.Optional;

/** Receives the tokens of one sequence as they are emitted. Called on the engine thread. */
public interface TokenSink {

    /** Ignores the tokens; the sequence ends by itself. */
    TokenSink NONE = (token, end) -> end;

    /**
     * Takes one token.
     *
     * @param end why the sequence ends with this token: its constraint is complete or it has no room for another; empty
     *     if it may go on
     * @return why the answer ends with this token, which may also be a stop that the sink knows; empty if it goes on
     */
    Optional<FinishReason> accept(EmittedToken token, Optional<FinishReason> end);

    /**
     * A token that a step emitted.
     *
     * @param id the token
     * @param accepted whether it is a draft that verification accepted, rather than the token that ended the step
     * @param narrowed whether the limit on tokens excluded any, here or earlier in the step, that the constraint would
     *     allow, so that the model may have preferred another
     * @param logProbs where the request asked for them
     */
    record EmittedToken(int id, boolean accepted, boolean narrowed, Optional<LogProbs> logProbs) {}
}
