package dev.tidar.openai.autoconfigure;

import dev.tidar.openai.web.ServletReply;
import dev.tidar.openai.web.WebFluxReply;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.util.matcher.PathPatternParserServerWebExchangeMatcher;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Auto-configuration that asks clients of the OpenAI-compatible API for a key, by Spring Security. It has its paths
 * alone: everything else stays under the rules of the application, or under Boot's where it has none.
 */
@AutoConfiguration(after = {ServletWebSecurityAutoConfiguration.class, ReactiveWebSecurityAutoConfiguration.class})
@ConditionalOnClass({Customizer.class, ServletWebSecurityAutoConfiguration.class})
@ConditionalOnBooleanProperty(name = "tidar.openai.enabled", matchIfMissing = true)
@Conditional(ApiKeysSet.class)
@EnableConfigurationProperties(OpenAiApiProperties.class)
public final class OpenAiSecurityAutoConfiguration {

    /** Before the chains of the application, which may match all paths. */
    private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

    /** Keys on Spring MVC. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class OnSpringMvc {

        @Bean
        @Order(ORDER)
        SecurityFilterChain openAiSecurityFilterChain(HttpSecurity http, OpenAiApiProperties properties) {
            ApiKeys keys = new ApiKeys(properties.apiKeys());
            var filter = new AuthenticationFilter(keys::authenticate, OnSpringMvc::token);
            filter.setSuccessHandler((request, response, caller) -> {});
            filter.setFailureHandler(OnSpringMvc::reject);
            return http.securityMatcher(properties.path() + "/**")
                    .csrf(AbstractHttpConfigurer::disable) // there is no cookie to forge a request with
                    .requestCache(AbstractHttpConfigurer::disable)
                    .logout(AbstractHttpConfigurer::disable)
                    .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                    .addFilterBefore(filter, AnonymousAuthenticationFilter.class)
                    .authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority(ApiKeys.AUTHORITY))
                    .exceptionHandling(handling -> handling.authenticationEntryPoint(OnSpringMvc::reject))
                    .build();
        }

        private static @Nullable Authentication token(HttpServletRequest request) {
            return ApiKeys.token(request.getHeader(HttpHeaders.AUTHORIZATION)).orElse(null);
        }

        private static void reject(
                HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
                throws IOException {
            ServletReply.write(ApiKeys.rejection(), response);
        }
    }

    /** Keys on WebFlux. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class OnWebFlux {

        /**
         * What Spring Security does by itself for an application without a chain of its own. It would not do so any
         * more once there is the chain below, and leave everything else open.
         */
        @Bean
        @ConditionalOnMissingBean(SecurityWebFilterChain.class)
        SecurityWebFilterChain applicationSecurityWebFilterChain(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges.anyExchange().authenticated())
                    .httpBasic(Customizer.withDefaults())
                    .formLogin(Customizer.withDefaults())
                    .build();
        }

        @Bean
        @Order(ORDER)
        SecurityWebFilterChain openAiSecurityWebFilterChain(ServerHttpSecurity http, OpenAiApiProperties properties) {
            ApiKeys keys = new ApiKeys(properties.apiKeys());
            var filter = new AuthenticationWebFilter(
                    (ReactiveAuthenticationManager) sent -> Mono.fromCallable(() -> keys.authenticate(sent)));
            filter.setServerAuthenticationConverter(exchange -> Mono.justOrEmpty(
                    ApiKeys.token(exchange.getRequest().getHeaders().getFirst(HttpHeaders.AUTHORIZATION))));
            filter.setAuthenticationFailureHandler((exchange, failure) -> reject(exchange.getExchange()));
            return http.securityMatcher(new PathPatternParserServerWebExchangeMatcher(properties.path() + "/**"))
                    .csrf(ServerHttpSecurity.CsrfSpec::disable) // there is no cookie to forge a request with
                    .requestCache(ServerHttpSecurity.RequestCacheSpec::disable)
                    .logout(ServerHttpSecurity.LogoutSpec::disable)
                    .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
                    .addFilterAt(filter, SecurityWebFiltersOrder.AUTHENTICATION)
                    .authorizeExchange(exchanges -> exchanges.anyExchange().hasAuthority(ApiKeys.AUTHORITY))
                    .exceptionHandling(
                            handling -> handling.authenticationEntryPoint((exchange, failure) -> reject(exchange)))
                    .build();
        }

        private static Mono<Void> reject(ServerWebExchange exchange) {
            return WebFluxReply.send(ApiKeys.rejection(), exchange.getResponse());
        }
    }
}
