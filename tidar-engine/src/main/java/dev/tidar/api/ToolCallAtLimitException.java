package dev.tidar.api;

import java.util.List;
import java.util.Optional;

/**
 * The limit on tokens ended an answer that must call tools before the model had ended its calls. No call is made of
 * what there is, because its end would not be the model's. The same request can succeed with a larger limit.
 */
public final class ToolCallAtLimitException extends TidarException {

    private final PartialCall partialCall;
    private final List<ToolCall> completeCalls;

    /**
     * @param limit the limit, as the reader knows it, for example {@code max-tokens = 40}
     * @param completeCalls calls before it that the model ended
     */
    public ToolCallAtLimitException(String limit, PartialCall partialCall, List<ToolCall> completeCalls) {
        super(
                "the call that tool-choice requires%s did not end within %s, so none is handed over; raise the limit, or set tool-call-at-limit to hand-over"
                        .formatted(
                                partialCall
                                        .tool()
                                        .map(name -> ", of " + name + ",")
                                        .orElse(""),
                                limit),
                null);
        this.partialCall = partialCall;
        this.completeCalls = List.copyOf(completeCalls);
    }

    /** The call that did not end. */
    public PartialCall partialCall() {
        return partialCall;
    }

    /** The calls before it, which did end; they are not the whole answer either. */
    public List<ToolCall> completeCalls() {
        return completeCalls;
    }

    /**
     * What a model wrote of a call.
     *
     * @param tool name of the tool; empty if the text does not get that far
     * @param text the text of the call, tags included; empty if the limit came before it
     */
    public record PartialCall(Optional<String> tool, String text) {}
}
