package dev.tidar.openai.autoconfigure;

import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;

/**
 * Looks for the libraries that some settings need. A setting without its library ends the start: an API that was meant
 * to ask for keys must not open without.
 */
record OptionalLibraries(ResourceLoader resources) {

    private static final String SECURITY = "org.springframework.security.config.Customizer";
    private static final String RATE_LIMITER = "io.github.resilience4j.ratelimiter.RateLimiter";

    /**
     * Looks for the libraries of the settings that are set.
     *
     * @throws MissingLibraryException naming the setting and the library
     */
    void requireFor(OpenAiApiProperties properties) {
        if (!properties.apiKeys().isEmpty()
                && !isPresent(SECURITY, "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration")) {
            throw new MissingLibraryException(
                    "tidar.openai.api-keys",
                    "Spring Security",
                    "org.springframework.boot:spring-boot-starter-security");
        }
        if (properties.rateLimit().requests() != null && !isPresent(RATE_LIMITER)) {
            throw new MissingLibraryException(
                    "tidar.openai.rate-limit.requests",
                    "Resilience4j",
                    "io.github.resilience4j:resilience4j-ratelimiter");
        }
    }

    private boolean isPresent(String... classes) {
        for (String name : classes) {
            if (!ClassUtils.isPresent(name, resources.getClassLoader())) {
                return false;
            }
        }
        return true;
    }
}
