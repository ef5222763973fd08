package dev.tidar.spring.autoconfigure;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Groups;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.RequestOption;
import dev.tidar.api.Tools;
import dev.tidar.spring.TidarChatOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Defaults of the chat model, for requests that leave an option unset: one for each {@link RequestOption}, checked when
 * the application starts. The texts below are the help that an IDE shows; each begins with that of the option.
 *
 * @param temperature Divides the logits; 0 is greedy. Must be 0 or in [0.01, 100]. That of the checkpoint's
 *     generation_config.json if not set and sampling is on there, otherwise 0.
 * @param topK Keeps the k most likely tokens; 0 is off. Must be at least 0. As in generation_config.json if not set.
 * @param topP Keeps the fewest most likely tokens whose probabilities add up to p; 1 is off. Must be in (0, 1]. As in
 *     generation_config.json if not set.
 * @param minP Keeps tokens that are at least p times as likely as the most likely one; 0 is off. Must be in [0, 1]. As
 *     in generation_config.json if not set.
 * @param typicalP Keeps the fewest most typical tokens whose probabilities add up to p; 1 is off. Must be in (0, 1].
 *     Off if not set.
 * @param repetitionPenalty Divides the positive logits of tokens that have appeared, and multiplies their negative
 *     ones; 1 is off. Must be in [0.01, 100]. As in generation_config.json if not set.
 * @param presencePenalty Is subtracted from the logits of tokens that the answer has; 0 is off. Must be in [-2, 2]. Off
 *     if not set.
 * @param frequencyPenalty Is subtracted from the logits of tokens once for each time that the answer has them; 0 is
 *     off. Must be in [-2, 2]. Off if not set.
 * @param logitBias Is added to the logits of these token ids before everything else. Must have at most 1024 tokens and
 *     have values in [-100, 100].
 * @param seed Seed of the noise: equal requests with equal seeds have equal answers. Chosen by the engine if not set.
 * @param maxTokens Tokens to emit at most. Must be at least 1. At most "tidar.limits.max-new-tokens".
 * @param minTokens Tokens to emit at least: no stop id is sampled and no stop string is looked for before. Must be at
 *     least 0. 0 if not set.
 * @param stop Texts that end the answer and do not show in it. Must have at most 16 texts and have texts of 1 to 256
 *     characters.
 * @param stopIds Token ids that end the answer, besides the stop ids of the model. Must have at most 256 ids.
 * @param ignoreEos Whether stop ids of the model are emitted like any other token and end nothing.
 * @param timeout How long the answer may take from its submission; what was emitted until then is the answer. Must be
 *     positive. That of "tidar.limits.max-request-time" if not set.
 * @param jsonSchema JSON schema that the answer keeps to. A request may set another format in its place.
 * @param regex Regular expression that the whole answer matches. A request may set another format in its place.
 * @param choices Texts of which the answer is one. Must have 1 to 10000 texts and have at most 100000 characters in all
 *     and have no empty text. A request may set another format in its place.
 * @param logprobs Reports the log-probability of each token, and those of this many most likely tokens. Must be in [0,
 *     20]. None are reported if not set.
 * @param mode Layout of the decode steps: auto, single-pass, two-pass, draft-model or autoregressive. Changes the
 *     speed, never the tokens. "tidar.mode" if no option of decoding is set.
 * @param draftLength Rows of a draft block, the anchor included. The trained block of the model if not set. Must be in
 *     [2, 32].
 * @param outcomes Kept counts that single-pass steps draft for; without any, steps that draft and steps that verify
 *     alternate. All of them if not set. Must have kept counts in [1, 32].
 * @param groups Mask rows of single-pass steps: auto, full, short (without slot 0, where the checkpoint declares it) or
 *     forced-short. Auto if not set.
 * @param beta Trust in the verify rows; below 1 is lossy and needs mode single-pass with all outcomes. Must be in [0,
 *     1]. 1 if not set.
 * @param thinking Whether the answer to a chat begins with thoughts. What the chat template does if not set.
 * @param thinkingBudget Tokens that the thoughts may have at most; then they are closed and the answer begins. Must be
 *     at least 1. No limit if not set.
 * @param toolChoice Which of the offered tools the answer may or must call: auto, none, required, or the name of one.
 *     Auto if not set.
 * @param toolCallAtLimit What becomes of a required call that does not end within the limit on tokens: error, or
 *     hand-over of a call whose end the model did not choose. Error if not set.
 * @param cacheSalt Only requests with the same salt share cached prefixes. Must have 1 to 128 visible ASCII characters.
 *     Must be unset where the application has a PrefixCacheSaltResolver.
 */
public record TidarChatProperties(
        @Nullable Double temperature,
        @Nullable Integer topK,
        @Nullable Double topP,
        @Nullable Double minP,
        @Nullable Double typicalP,
        @Nullable Double repetitionPenalty,
        @Nullable Double presencePenalty,
        @Nullable Double frequencyPenalty,
        @Nullable Map<Integer, Double> logitBias,
        @Nullable Long seed,
        @DefaultValue("512") int maxTokens,
        @Nullable Integer minTokens,
        @Nullable List<String> stop,
        @Nullable Set<Integer> stopIds,
        @Nullable Boolean ignoreEos,
        @Nullable Duration timeout,
        @Nullable String jsonSchema,
        @Nullable String regex,
        @Nullable List<String> choices,
        @Nullable Integer logprobs,
        @Nullable DecodeMode mode,
        @Nullable Integer draftLength,
        @Nullable Set<Integer> outcomes,
        @Nullable Groups groups,
        @Nullable Double beta,
        @Nullable Boolean thinking,
        @Nullable Integer thinkingBudget,
        Tools.@Nullable Choice toolChoice,
        Tools.@Nullable AtLimit toolCallAtLimit,
        @Nullable String cacheSalt) {

    /** The options that are set. */
    TidarChatOptions options() {
        return TidarChatOptions.builder()
                .temperature(temperature)
                .topK(topK)
                .topP(topP)
                .minP(minP)
                .typicalP(typicalP)
                .repetitionPenalty(repetitionPenalty)
                .presencePenalty(presencePenalty)
                .frequencyPenalty(frequencyPenalty)
                .logitBias(logitBias)
                .seed(seed)
                .maxTokens(maxTokens)
                .minTokens(minTokens)
                .stopSequences(stop)
                .stopIds(stopIds)
                .ignoreEos(ignoreEos)
                .timeout(timeout)
                .outputSchema(jsonSchema)
                .regex(regex)
                .choices(choices)
                .logProbs(logprobs)
                .mode(mode)
                .draftLength(draftLength)
                .outcomes(outcomes)
                .groups(groups)
                .beta(beta)
                .thinking(thinking)
                .thinkingBudget(thinkingBudget)
                .toolChoice(toolChoice)
                .toolCallAtLimit(toolCallAtLimit)
                .cacheSalt(cacheSalt)
                .build();
    }

    /** @throws IllegalArgumentException naming the property that is out of range or does not fit another one */
    void check() {
        try {
            options()
                    .requestOptions()
                    .without(RequestOption.TOOL_CHOICE) // which needs the tools of a request
                    .request(new Prompt.Chat(List.of(ChatMessage.user("any"))))
                    .build();
        } catch (InvalidRequestException e) {
            throw new IllegalArgumentException("tidar.chat." + e.getMessage());
        }
    }
}
