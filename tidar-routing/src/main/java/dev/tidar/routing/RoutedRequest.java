package dev.tidar.routing;

import dev.tidar.api.RequestOption;
import dev.tidar.api.RequestOptions;
import dev.tidar.spring.TidarChatOptions;
import java.util.Optional;
import org.springframework.ai.chat.prompt.Prompt;

/**
 * A request to be answered by one of the nodes.
 *
 * @param prompt as it was asked
 * @param options its options, with the defaults of the chat model
 * @param salt only requests with the same one share cached prefixes; empty for what all share
 */
public record RoutedRequest(Prompt prompt, TidarChatOptions options, Optional<String> salt) {

    /** The options that are set, the salt among them. */
    public RequestOptions requestOptions() {
        RequestOptions set = options.requestOptions();
        return salt.map(value -> set.with(RequestOption.CACHE_SALT, value)).orElse(set);
    }

    /** The node or the model that it names. */
    Optional<String> model() {
        return Optional.ofNullable(options.getModel());
    }
}
