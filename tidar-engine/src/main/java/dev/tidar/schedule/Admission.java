package dev.tidar.schedule;

import dev.tidar.decode.DecodeRequest;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.emission.AnswerStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request that was checked and may wait for its turn.
 *
 * @param request the request to decode
 * @param timeout how long the request may take from its submission; empty for no limit
 * @param cacheSalt requests share cached prefixes only where their salts are equal
 * @param answer makes the answer; called once
 * @param layouts makes the choice of the request's layouts; called when the request starts to run
 */
public record Admission(
        DecodeRequest request,
        Optional<Duration> timeout,
        String cacheSalt,
        Supplier<AnswerStream> answer,
        Supplier<LayoutChoice> layouts) {}
