package dev.tidar.cli.bench;

import dev.tidar.api.GenerationResult;
import java.time.Duration;

/**
 * One answered prompt.
 *
 * @param prompt name of the prompt
 * @param result tokens, counts and times
 * @param timeToFirstToken from submission to the first token, as the caller saw it
 */
record Answer(String prompt, GenerationResult result, Duration timeToFirstToken) {}
