package dev.tidar.openai;

import dev.tidar.api.LogProbs.TopToken;
import dev.tidar.api.TokenText;
import dev.tidar.spring.TidarMetadata;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes log-probabilities of tokens as OpenAI's API has them. Immutable.
 *
 * @param vocabulary what a token id stands for
 */
record LogProbWriter(IntFunction<Optional<TokenText>> vocabulary) {

    private static final TokenText UNKNOWN = new TokenText("", List.of());

    /**
     * The tokens of a chunk or an answer in order. Those that stand for no text, such as the stop id at the end, are
     * left out; those of a stop string are not.
     *
     * @param metadata of the generation; without log-probabilities where the request asked for none
     */
    List<ObjectNode> tokens(ChatGenerationMetadata metadata) {
        List<Map<String, Object>> tokens = metadata.get(TidarMetadata.LOG_PROBS);
        return tokens == null
                ? List.of()
                : tokens.stream().flatMap(token -> written(token).stream()).toList();
    }

    private Optional<ObjectNode> written(Map<String, Object> token) {
        TokenText text = text((Integer) Objects.requireNonNull(token.get("id")));
        if (text.bytes().isEmpty()) {
            return Optional.empty();
        }
        ObjectNode written = written(text, (Float) Objects.requireNonNull(token.get("logProb")));
        ArrayNode top = written.putArray("top_logprobs");
        for (Object other : (List<?>) Objects.requireNonNull(token.get("top"))) {
            TopToken likely = (TopToken) other;
            top.add(written(text(likely.id()), likely.logProb()));
        }
        return Optional.of(written);
    }

    private static ObjectNode written(TokenText text, float logProb) {
        ObjectNode token = JsonMapper.shared().createObjectNode();
        token.put("token", text.text());
        token.put("logprob", logProb);
        if (text.bytes().isEmpty()) {
            token.putNull("bytes");
        } else {
            ArrayNode bytes = token.putArray("bytes");
            text.bytes().forEach(bytes::add);
        }
        return token;
    }

    private TokenText text(int id) {
        return vocabulary.apply(id).orElse(UNKNOWN);
    }
}
