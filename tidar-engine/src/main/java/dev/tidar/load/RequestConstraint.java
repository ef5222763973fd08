package dev.tidar.load;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.Tool;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.AtLimit;
import dev.tidar.decode.Constraint;
import dev.tidar.emission.AnswerConstraint;
import dev.tidar.emission.LimitRule;
import dev.tidar.emission.LimitRule.Leads;
import dev.tidar.emission.ThinkingBudget;
import dev.tidar.text.answer.AnswerParser;
import dev.tidar.text.answer.AnswerSyntax;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import dev.tidar.text.answer.StructuralTags;
import dev.tidar.text.grammar.Grammar;
import dev.tidar.text.grammar.Grammars;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Works out what constrains the answer to a request: its format, its tool calls, its thinking budget. Thread-safe. */
final class RequestConstraint {

    private static final Logger log = LoggerFactory.getLogger(RequestConstraint.class);

    /**
     * Stands for a prompt that is not a conversation: it asks for no tools and leaves thoughts as the model writes
     * them.
     */
    private static final Prompt.Chat NO_CHAT = new Prompt.Chat(List.of());

    private static final long REMEMBERED_TOOLS = 1_000;

    private final LoadedModel model;
    private final Cache<Tool, Tool> supportedTools = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(REMEMBERED_TOOLS)
            .build();

    RequestConstraint(LoadedModel model) {
        this.model = model;
    }

    /**
     * The constraint of an answer before its first token.
     *
     * @param syntax how the answer is read
     * @param maxTokens tokens that it may have
     * @throws InvalidRequestException if no constraint can express what the request asks for, or the answer is too
     *     short for it
     */
    Constraint of(GenerationRequest request, AnswerSyntax syntax, int maxTokens) {
        Prompt.Chat chat = request.prompt() instanceof Prompt.Chat given ? given : NO_CHAT;
        request.format().ifPresent(format -> grammars().of(format)); // alone, so that messages name its own keywords
        Optional<Grammar> grammar = StructuralTags.of(syntax, supported(chat.tools()), request.format())
                .map(tags -> grammars().of(tags));
        grammar.ifPresent(g -> g.requireRoom(maxTokens));
        return AnswerConstraint.of(
                grammar.map(Grammar::start),
                chat.thinking().budget().isPresent()
                        ? Optional.of(budget(chat.thinking().budget().getAsInt(), syntax.thoughts()))
                        : Optional.empty());
    }

    /**
     * What the limit on tokens means to the answer.
     *
     * @param limit the limit as the reader knows it
     */
    LimitRule limit(GenerationRequest request, String limit) {
        Tools tools = request.prompt() instanceof Prompt.Chat chat ? chat.tools() : Tools.NONE;
        if (tools.choice().mustCall()) {
            boolean isLed = tools.atLimit() == AtLimit.HAND_OVER;
            return new LimitRule(limit, isLed ? Leads.CALLS : Leads.NOTHING, !isLed);
        }
        Leads leads = request.format().map(RequestConstraint::leads).orElse(Leads.NOTHING);
        return new LimitRule(limit, leads, false);
    }

    private static Leads leads(AnswerFormat format) {
        return format instanceof AnswerFormat.Regex || format instanceof AnswerFormat.Choices ? Leads.TEXT : Leads.JSON;
    }

    private Grammars grammars() {
        return model.grammars()
                .orElseThrow(() -> new InvalidRequestException(
                        "an answer format needs a tokenizer, but the model folder has no tokenizer.json"))
                .get();
    }

    /** The tools that may be called; no schema is compiled for the others. */
    private Tools supported(Tools tools) {
        return tools.callable().isEmpty()
                ? Tools.NONE
                : new Tools(
                        tools.callable().stream()
                                .map(tool -> supportedTools.get(tool, this::withSupportedSchema))
                                .toList(),
                        tools.choice(),
                        tools.atLimit());
    }

    /**
     * The tool with a schema that a grammar supports. Tools come from many places, and a schema keyword that no grammar
     * supports must not make one of them unusable.
     */
    private Tool withSupportedSchema(Tool tool) {
        try {
            grammars().of(new AnswerFormat.JsonSchema(tool.parameters()));
            return tool;
        } catch (InvalidRequestException e) {
            log.warn(
                    "The arguments of tool {} are constrained to a JSON object, not to its schema: {}",
                    tool.name(),
                    e.getMessage());
            return new Tool(tool.name(), tool.description(), "{}");
        }
    }

    private ThinkingBudget.State budget(int tokens, Thoughts thoughts) {
        OptionalInt openId = idOf(AnswerParser.OPEN_THOUGHTS);
        OptionalInt closeId = idOf(AnswerParser.CLOSE_THOUGHTS);
        if (thoughts == Thoughts.NONE || openId.isEmpty() || closeId.isEmpty()) {
            throw new InvalidRequestException(
                    "a thinking budget needs a model that thinks between tokens %s and %s, but %s does not"
                            .formatted(
                                    AnswerParser.OPEN_THOUGHTS,
                                    AnswerParser.CLOSE_THOUGHTS,
                                    model.facts().name()));
        }
        ThinkingBudget budget = new ThinkingBudget(tokens, openId.getAsInt(), closeId.getAsInt());
        return thoughts == Thoughts.OPEN ? budget.inThoughts() : budget.atStart();
    }

    private OptionalInt idOf(String token) {
        return model.tokenizer().map(tokenizer -> tokenizer.idOf(token)).orElse(OptionalInt.empty());
    }
}
