package dev.tidar.spring;

import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Says with whom a request may share cached prefixes: only requests with the same salt do.
 *
 * <p>A prompt whose beginning is cached is answered sooner, so whoever shares a salt can find out what others have
 * sent. Derive the salt from whom you have authenticated (a user, a tenant), never from a header or a body that callers
 * choose. A bean of this type decides alone: a request whose options name a salt is then refused. Without a bean all
 * requests share one salt, which suits an application whose users may know of each other's prompts.
 *
 * <pre>{@code
 * // WebFlux
 * PrefixCacheSaltResolver salts = subscriber -> ReactiveSecurityContextHolder.getContext()
 *         .map(context -> "user:" + context.getAuthentication().getName());
 *
 * // MVC
 * PrefixCacheSaltResolver salts = subscriber -> Mono.fromSupplier(
 *         () -> "user:" + SecurityContextHolder.getContext().getAuthentication().getName());
 * }</pre>
 */
@FunctionalInterface
public interface PrefixCacheSaltResolver {

    /** One salt for all, unless the options of a request name another. */
    PrefixCacheSaltResolver NONE = subscriber -> Mono.empty();

    /**
     * Asked once for each request, before it is submitted. The answer is subscribed to on the thread that calls or
     * subscribes, so that thread-locals of a servlet can be read; after advisors that change threads, set
     * {@code spring.reactor.context-propagation=auto}. A blocking call waits for it.
     *
     * @param subscriber context of the subscriber, which the answer sees as well; empty for a blocking call
     * @return up to {@value dev.tidar.api.GenerationRequest#MAX_SALT_LENGTH} visible ASCII characters; empty to share
     *     with all others that have no salt; an error to refuse the request
     */
    Mono<String> resolve(ContextView subscriber);
}
