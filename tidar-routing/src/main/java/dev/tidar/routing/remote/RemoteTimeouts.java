package dev.tidar.routing.remote;

import java.time.Duration;

/**
 * How long a server may take.
 *
 * @param connect for a connection
 * @param firstToken from the request to the first token, the wait in its queue included
 * @param betweenTokens from one delivery of tokens to the next
 * @param total from the request to the end of the answer
 */
public record RemoteTimeouts(Duration connect, Duration firstToken, Duration betweenTokens, Duration total) {}
