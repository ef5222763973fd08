package dev.tidar.test;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A reply on its way: its tokens by their place in the answer. Confined to the engine thread, but for {@link #release}.
 */
final class ScriptedAnswer {

    /** How much of a reply a message shows. */
    private static final int SHOWN_BYTES = 40;

    private final byte[] bytes;
    private final List<Reply.Place> places;
    private final int tokensPerStep;
    private final boolean mayBeLedToItsEnd;

    private int promptTokens = -1;
    private int passed;

    ScriptedAnswer(Reply reply) {
        this.bytes = reply.bytes();
        this.places = reply.places();
        this.tokensPerStep = reply.tokensPerStep();
        this.mayBeLedToItsEnd = reply.isWithinMaxTokens();
    }

    /**
     * The place in the answer of the token that a row decides.
     *
     * @param seen tokens that the row sees; with the first row of an answer these are those of its prompt
     */
    int placeAfter(int seen) {
        if (promptTokens < 0) {
            promptTokens = seen;
        }
        return seen - promptTokens;
    }

    /** Is called before the token at this place is emitted; waits or throws as the reply has it. */
    void arriveAt(int place) {
        while (passed < places.size() && places.get(passed).at() <= place) {
            Reply.Place next = places.get(passed);
            passed++;
            next.event().run();
        }
    }

    /** Ends the waiting at each place of the answer. Any thread may call it. */
    void release() {
        places.forEach(place -> place.release().run());
    }

    /** The token at this place; the end token after the last. */
    int token(int place) {
        return place < bytes.length ? Byte.toUnsignedInt(bytes[place]) : ScriptedModelFolder.END;
    }

    /**
     * Is called with what is emitted at a place, where the format of the request may have excluded what the reply has.
     * Near the limit on tokens that is in order.
     */
    void requireSaid(int place, int emitted) {
        if (emitted != token(place) && !mayBeLedToItsEnd) {
            int begin = Math.max(0, place - SHOWN_BYTES);
            String before = new String(bytes, begin, Math.min(place, bytes.length) - begin, StandardCharsets.UTF_8);
            throw new IllegalStateException(
                    "the reply does not keep to the format of its request: after \"%s\" the format excludes %s. An object must have its properties in the order of the schema, and all that are required"
                            .formatted(
                                    before,
                                    place < bytes.length
                                            ? "the character '" + (char) token(place) + "'"
                                            : "the end of the answer"));
        }
    }

    /** The place after the last token of a step that begins at this one. */
    int stepEnd(int begin) {
        return places.stream()
                .mapToInt(Reply.Place::at)
                .filter(at -> at > begin)
                .reduce(begin + tokensPerStep, Math::min);
    }

    /** What is drafted for this place in a step that begins at another: the token, or a wrong one after the step. */
    int draft(int begin, int place) {
        int token = token(place);
        // the last token of a step is the one that replaces a wrong draft
        return place < stepEnd(begin) - 1 ? token : (token + 1) % ScriptedModelFolder.END;
    }
}
