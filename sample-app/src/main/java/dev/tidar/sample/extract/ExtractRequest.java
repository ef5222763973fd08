package dev.tidar.sample.extract;

import dev.tidar.api.InvalidRequestException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /api/extract}.
 *
 * @param text what to read
 * @param form {@code contact}, {@code appointment} or {@code product}
 * @param maxTokens tokens of the record at most; {@value #DEFAULT_TOKENS} if missing
 */
record ExtractRequest(String text, String form, @Nullable Integer maxTokens) {

    static final int MAX_CHARACTERS = 8_000;
    static final int MAX_TOKENS = 1024;
    static final int DEFAULT_TOKENS = 256;

    ExtractRequest {
        if (text == null || text.isBlank() || text.length() > MAX_CHARACTERS) {
            throw new InvalidRequestException("text must have 1 to %d characters, but has %d"
                    .formatted(MAX_CHARACTERS, text == null || text.isBlank() ? 0 : text.length()));
        }
        Form.of(Objects.requireNonNullElse(form, "missing"));
        if (maxTokens != null && (maxTokens < 1 || maxTokens > MAX_TOKENS)) {
            throw new InvalidRequestException(
                    "maxTokens must be in [1, %d], but is %d".formatted(MAX_TOKENS, maxTokens));
        }
    }

    int tokens() {
        return maxTokens == null ? DEFAULT_TOKENS : maxTokens;
    }
}
