package dev.tidar.sample;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Rejects requests for hosts that this application is not known under. A page of a stranger could otherwise let its own
 * name point to this machine (DNS rebinding), and its script would read answers as if they were its own. Addresses and
 * localhost are no names that a stranger can have, so they are always allowed.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class HostFilter implements WebFilter {

    private static final Logger log = LoggerFactory.getLogger(HostFilter.class);

    private static final String ANY = "*";

    /** A host with an optional port: an IPv6 address in brackets, or anything without a colon. */
    private static final Pattern HOST = Pattern.compile("(\\[[^\\[\\]]+]|[^:\\[\\]]+)(:\\d*)?");

    private static final Pattern ADDRESS = Pattern.compile("\\[[0-9a-f:.]+(%\\w+)?]|\\d{1,3}(\\.\\d{1,3}){3}");

    private final Set<String> allowed;

    HostFilter(SampleProperties properties) {
        allowed = Stream.concat(properties.allowedHosts().stream(), ownName())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String host = exchange.getRequest().getHeaders().getFirst(HttpHeaders.HOST);
        return isAllowed(host) ? chain.filter(exchange) : reject(exchange.getResponse());
    }

    /** @param host value of the header; null if it is missing, as no browser lets it */
    boolean isAllowed(@Nullable String host) {
        if (host == null || allowed.contains(ANY)) {
            return true;
        }
        var parts = HOST.matcher(host.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            return false;
        }
        String name = parts.group(1).replaceFirst("\\.$", "");
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || ADDRESS.matcher(name).matches()
                || allowed.contains(name);
    }

    private static Mono<Void> reject(ServerHttpResponse response) {
        response.setStatusCode(HttpStatus.MISDIRECTED_REQUEST);
        response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        byte[] problem = """
                {"title":"Unknown host","status":421,"detail":"this application is not known under the host of this \
                request; whoever runs it can allow a name with the property sample.allowed-hosts"}"""
                .getBytes(StandardCharsets.UTF_8);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(problem)));
    }

    private static Stream<String> ownName() {
        try {
            return Stream.of(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            log.debug("This machine has no name", e);
            return Stream.empty();
        }
    }
}
