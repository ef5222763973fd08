package dev.tidar.emission;

import dev.tidar.api.Answer;
import dev.tidar.api.FinishReason;
import dev.tidar.api.LogProbs;
import dev.tidar.api.TokenChunk;
import dev.tidar.decode.TokenSink;
import dev.tidar.text.answer.AnswerParser;
import dev.tidar.text.tokenizer.StreamingDetokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns the tokens of one sequence into its answer: text that is cut at the first stop string, and the thoughts and
 * tool calls in it. Text that is not decided yet, such as half a character, waits for the next token. Confined to the
 * engine thread.
 */
public final class AnswerStream implements TokenSink {

    private final StopRule stop;
    private final Optional<TextStream> textStream;
    private final AnswerParser parser;
    private final List<Integer> tokens = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final List<Answer.Part> parts = new ArrayList<>();
    private final List<LogProbs> logProbs = new ArrayList<>();
    private List<TokenChunk.Token> pending = new ArrayList<>();

    /**
     * An answer before its first token.
     *
     * @param detokenizer makes its text; empty where the model has no tokenizer, so that the text stays empty
     * @param parser separates text, thoughts and tool calls
     */
    public AnswerStream(StopRule stop, Optional<StreamingDetokenizer> detokenizer, AnswerParser parser) {
        this.stop = stop;
        this.textStream = detokenizer.map(d -> new TextStream(d, stop.strings()));
        this.parser = parser;
    }

    @Override
    public Optional<FinishReason> accept(EmittedToken token, Optional<FinishReason> end) {
        tokens.add(token.id());
        boolean isStop = stop.ids().contains(token.id());
        String added = isStop ? "" : detokenized(token.id());
        boolean isStopped = isStop || textStream.map(TextStream::isStopped).orElse(false);
        Optional<FinishReason> finish = isStopped ? Optional.of(FinishReason.STOP) : end;
        String rest = finish.isPresent() ? textStream.map(TextStream::finish).orElse("") : "";
        token.logProbs().ifPresent(logProbs::add);
        pending.add(new TokenChunk.Token(token.id(), added + rest, token.accepted(), token.logProbs()));
        return finish;
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
        return chunk.withParts(completed(parser.accept(chunk.text())));
    }

    /** Ends the answer. Returns a chunk without tokens that has the parts which are still open. */
    public TokenChunk finish(int step) {
        return new TokenChunk(step, List.of(), completed(parser.finish()));
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
