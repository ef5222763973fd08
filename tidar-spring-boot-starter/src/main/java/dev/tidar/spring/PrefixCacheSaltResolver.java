package dev.tidar.spring;

import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Decides which requests share cached prefixes, by giving them the same salt.
 *
 * <p>A prompt whose prefix is cached is answered sooner, so users who share a salt can find out what the others have
 * sent. Derive the salt from the user whom you have authenticated (a user, a tenant), never from a header or a body
 * that callers choose. Where there is a bean of this type, a request whose options name a salt is rejected. Without a
 * bean all requests share one salt, which suits an application whose users may know of each other's prompts.
 *
 * <pre>{@code
 * // WebFlux
 * PrefixCacheSaltResolver salts = subscriber -> ReactiveSecurityContextHolder.getContext()
 *         .map(context -> "user:" + context.getAuthentication().getName())
 *         .switchIfEmpty(Mono.error(() -> new IllegalStateException("nobody is authenticated")));
 *
 * // MVC
 * PrefixCacheSaltResolver salts = subscriber -> Mono.fromSupplier(
 *         () -> "user:" + SecurityContextHolder.getContext().getAuthentication().getName());
 * }</pre>
 */
@FunctionalInterface
public interface PrefixCacheSaltResolver {

    /** All requests share one salt, unless their options name another. */
    PrefixCacheSaltResolver NONE = subscriber -> Mono.empty();

    /**
     * Called once for each request, before it is submitted. The result is subscribed to on the thread that calls or
     * subscribes, so that it can read thread-locals of a servlet; if advisors change threads before that, set
     * {@code spring.reactor.context-propagation=auto}. A blocking call waits for it, and has no subscriber: a result
     * that needs one is empty there, unless it ends in an error, and all blocking calls then share.
     *
     * @param subscriber the context of the subscriber, which the result sees as well; empty for a blocking call
     * @return up to {@value dev.tidar.api.GenerationRequest#MAX_SALT_LENGTH} visible ASCII characters; empty to share
     *     with all others that have no salt; an error to reject the request
     */
    Mono<String> resolve(ContextView subscriber);
}
