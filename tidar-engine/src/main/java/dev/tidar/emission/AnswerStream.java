package dev.tidar.emission;

import dev.tidar.api.Answer;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.api.ClosedByLimit.Part;
import dev.tidar.api.FinishReason;
import dev.tidar.api.LogProbs;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.api.ToolCall;
import dev.tidar.api.ToolCallAtLimitException;
import dev.tidar.api.ToolCallAtLimitException.PartialCall;
import dev.tidar.decode.TokenSink;
import dev.tidar.emission.LimitRule.Leads;
import dev.tidar.text.answer.AnswerParser;
import dev.tidar.text.answer.JsonPrefix;
import dev.tidar.text.tokenizer.StreamingDetokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Turns the tokens of one sequence into its answer: text that is cut at the first stop string, and the thoughts and
 * tool calls in it. Text that is not decided yet, such as half a character, waits for the next token. Confined to the
 * engine thread.
 */
public final class AnswerStream implements TokenSink {

    private final StopRule stop;
    private final Optional<TextStream> textStream;
    private final AnswerParser parser;
    private final LimitRule limit;
    private final List<Integer> tokens = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final List<Answer.Part> parts = new ArrayList<>();
    private final List<LogProbs> logProbs = new ArrayList<>();
    private List<TokenChunk.Token> pending = new ArrayList<>();

    /** Index in pending of the first token in whose place the limit excluded others. */
    private OptionalInt narrowed = OptionalInt.empty();

    private Optional<ClosedByLimit> closed = Optional.empty();

    /**
     * An answer before its first token.
     *
     * @param detokenizer makes its text; empty where the model has no tokenizer, so that the text stays empty
     * @param parser separates text, thoughts and tool calls
     * @param limit what the limit on tokens means to it
     */
    public AnswerStream(
            StopRule stop, Optional<StreamingDetokenizer> detokenizer, AnswerParser parser, LimitRule limit) {
        this.stop = stop;
        this.textStream = detokenizer.map(d -> new TextStream(d, stop.strings()));
        this.parser = parser;
        this.limit = limit;
    }

    @Override
    public Optional<FinishReason> accept(EmittedToken token, Optional<FinishReason> end) {
        if (token.narrowed() && !isNarrowed()) {
            narrowed = OptionalInt.of(pending.size());
        }
        tokens.add(token.id());
        boolean isStop = stop.ids().contains(token.id());
        String added = isStop ? "" : detokenized(token.id());
        boolean isStopped = isStop || textStream.map(TextStream::isStopped).orElse(false);
        Optional<FinishReason> finish = isStopped ? Optional.of(FinishReason.STOP) : end;
        String rest = finish.isPresent() ? textStream.map(TextStream::finish).orElse("") : "";
        token.logProbs().ifPresent(logProbs::add);
        pending.add(new TokenChunk.Token(token.id(), added + rest, token.accepted(), token.logProbs()));
        return finish.map(reason -> isNarrowed() && reason == FinishReason.STOP ? FinishReason.LENGTH : reason);
    }

    /** Whether the limit has excluded tokens, of this answer so far. */
    private boolean isNarrowed() {
        return narrowed.isPresent() || closed.isPresent();
    }

    private String detokenized(int token) {
        boolean mayStop = tokens.size() >= stop.minTokens();
        return textStream.map(t -> t.accept(token, mayStop)).orElse("");
    }

    /**
     * The tokens that were accepted since the last call, with the parts that their text completed.
     *
     * @param step number of the step that emitted them
     */
    public TokenChunk takeChunk(int step) {
        TokenChunk chunk = new TokenChunk(step, pending);
        pending = new ArrayList<>();
        if (chunk.tokens().isEmpty()) {
            return chunk;
        }
        text.append(chunk.text());
        if (narrowed.isEmpty()) {
            return chunk.withParts(completed(parser.accept(chunk.text())));
        }
        List<TokenChunk.Token> all = chunk.tokens();
        List<Answer.Part> added = new ArrayList<>(completed(parser.accept(text(all.subList(0, narrowed.getAsInt())))));
        closed = Optional.of(place());
        if (limit.leads() != Leads.CALLS) {
            parser.denyCalls(); // the model may have written something else
        }
        added.addAll(completed(parser.accept(text(all.subList(narrowed.getAsInt(), all.size())))));
        narrowed = OptionalInt.empty();
        return chunk.withParts(added);
    }

    private static String text(List<TokenChunk.Token> tokens) {
        return tokens.stream().map(TokenChunk.Token::text).collect(Collectors.joining());
    }

    /** The place that the answer has reached. */
    private ClosedByLimit place() {
        if (parser.isThinking()) {
            return new ClosedByLimit(
                    Part.THOUGHTS,
                    "",
                    answer().reasoning().length() + parser.heldBack().length());
        }
        boolean isCall = limit.leads() == Leads.CALLS;
        String value = isCall ? parser.isInCall() ? parser.heldBack() : "" : answer().text() + parser.heldBack();
        String pointer = limit.leads() == Leads.TEXT ? "" : JsonPrefix.of(value).pointer();
        return new ClosedByLimit(isCall ? Part.CALL : Part.TEXT, pointer, value.length());
    }

    /**
     * Ends the answer. Returns a chunk without tokens that has the parts which are still open.
     *
     * @param reason why it ends; unless the model ended it, what may have become a call or a tag is dropped
     */
    public TokenChunk finish(int step, FinishReason reason) {
        ClosedByLimit end = place();
        List<Answer.Part> open = reason == FinishReason.STOP ? parser.finish() : parser.cut();
        boolean isLed = limit.leadsAnything() && parser.partialCall().isEmpty();
        if (reason == FinishReason.LENGTH && isLed && closed.isEmpty()) {
            closed = Optional.of(end); // it could end here, but it could also go on
        }
        return new TokenChunk(step, List.of(), completed(open));
    }

    /**
     * The failure that an answer of required calls ends with if the limit cut it.
     *
     * @param reason why it ended
     */
    public Optional<TidarException> failure(FinishReason reason) {
        List<ToolCall> calls = answer().toolCalls();
        boolean lacksCalls = calls.isEmpty() || parser.partialCall().isPresent();
        return reason == FinishReason.LENGTH && limit.requiresCalls() && lacksCalls
                ? Optional.of(new ToolCallAtLimitException(
                        limit.limit(), parser.partialCall().orElse(new PartialCall(Optional.empty(), "")), calls))
                : Optional.empty();
    }

    /** Where the limit began to lead the answer to its end; empty if it did not. */
    public Optional<ClosedByLimit> closedByLimit() {
        return closed;
    }

    private List<Answer.Part> completed(List<Answer.Part> added) {
        parts.addAll(added);
        return added;
    }

    /** The text so far, tags of thoughts and calls included. */
    public String text() {
        return text.toString();
    }

    /** The answer so far, separated into its parts. */
    public Answer answer() {
        return Answer.of(parts);
    }

    /** The log-probabilities of the tokens so far; empty where the request does not ask for them. */
    public List<LogProbs> logProbs() {
        return logProbs;
    }
}
