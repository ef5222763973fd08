package dev.tidar.text.answer;

import dev.tidar.api.Answer;
import dev.tidar.api.ToolCall;
import dev.tidar.api.ToolCallAtLimitException.PartialCall;
import dev.tidar.text.answer.AnswerSyntax.Calls;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Splits an answer into its parts while its text arrives: thoughts, text, and tool calls. The parts do not depend on
 * how the text was cut into pieces, once neighbouring parts of the same kind are joined.
 *
 * <p>Thoughts and calls are <em>blocks</em>. Their tags are not in any part, and neither is white space next to a
 * block. The parser holds back what may be the start of a tag until that is decided, white space that a block may
 * follow, and a call until its JSON is complete; then it emits the whole call. A call is emitted as text, including its
 * tags, if its JSON is malformed, if it does not name an offered tool, or if it has more than
 * {@value #MAX_CALL_CHARACTERS} characters. Thoughts can only come at the beginning of an answer; tags of calls within
 * thoughts belong to the thoughts.
 *
 * <p>If the model ends the answer, what is held back is text, so apart from tags and white space nothing is lost. If
 * something else {@linkplain #cut cuts} it, the call or the tag that it was in is no part.
 *
 * <p>The parser reads each character a bounded number of times. Confined to one thread.
 */
public final class AnswerParser {

    /** The maximum length of a call, in characters. */
    public static final int MAX_CALL_CHARACTERS = 1 << 16;

    /** The tag before thoughts. */
    public static final String OPEN_THOUGHTS = "<think>";
    /** The tag after thoughts. */
    public static final String CLOSE_THOUGHTS = "</think>";

    private enum Mode {
        TEXT,
        THOUGHTS,
        /** After the opening tag of a call, before its JSON. */
        CALL_OPENED,
        CALL
    }

    private final AnswerSyntax syntax;
    private final List<String> openings;
    private final boolean isBare;
    private final CallReader calls;
    private final Parts parts = new Parts();

    /** White space that is dropped if a block follows. */
    private final StringBuilder spaces = new StringBuilder();

    private final OpenTag tag = new OpenTag();

    /** The incomplete call in the modes of calls. */
    private OpenCall call = new OpenCall("");

    private Mode mode;
    private boolean isDenied;
    private Optional<PartialCall> partialCall = Optional.empty();

    /** Whether the answer consists of blocks only, so far. */
    private boolean isBeforeText = true;

    /** Whether a block came last, apart from white space. */
    private boolean isAfterBlock;

    /** Whether the closing tag of the last call may still come. */
    private boolean lacksClosing;

    private boolean mayThink;

    /**
     * A parser for one answer.
     *
     * @param seed the seed of the ids of calls; it differs between answers
     */
    public AnswerParser(AnswerSyntax syntax, long seed) {
        this.syntax = syntax;
        this.openings = syntax.toolSyntax().map(ToolSyntax::openings).orElse(List.of());
        this.isBare = syntax.toolSyntax().map(ToolSyntax::isBare).orElse(false);
        this.calls = new CallReader(syntax.toolNames(), new CallIds(seed));
        this.mayThink = syntax.thoughts() == Thoughts.MAY_COME;
        enter(syntax.thoughts() == Thoughts.OPEN ? Mode.THOUGHTS : Mode.TEXT);
        isAfterBlock = mode == Mode.THOUGHTS;
    }

    /** Reads the next piece of the answer, and returns the parts that it completes. */
    public List<Answer.Part> accept(String piece) {
        for (int i = 0; i < piece.length(); i++) {
            char c = piece.charAt(i);
            switch (mode) {
                case TEXT, THOUGHTS -> takeText(c);
                case CALL_OPENED -> takeAfterOpening(c);
                case CALL -> takeCall(c);
            }
        }
        return parts.take();
    }

    /** Makes no call of what follows; a call that ends then is dropped. */
    public void denyCalls() {
        isDenied = true;
    }

    /** Ends the answer where the model ended it, and returns the remaining parts. */
    public List<Answer.Part> finish() {
        if (isInCall()) {
            releaseCallAsText();
        }
        while (!tag.isEmpty()) {
            releaseFirstOfTag();
        }
        if (!isAfterBlock && mode == Mode.TEXT) {
            parts.add(spaces, false);
        }
        spaces.setLength(0);
        return parts.take();
    }

    /**
     * Ends an answer that the model would have continued, and returns the remaining parts. What may have become a call
     * or a tag is dropped.
     */
    public List<Answer.Part> cut() {
        if (isInCall() && call.mayBecomeCallOf(syntax.toolNames())) {
            partialCall = Optional.of(call.partial());
            mode = Mode.TEXT;
            spaces.setLength(0);
        } else if (!tag.isEmpty()) {
            partialCall = Optional.of(new PartialCall(Optional.empty(), tag.text()))
                    .filter(partial -> tag.canOnlyBecome(openings));
            tag.take();
            spaces.setLength(0);
        }
        return finish();
    }

    /** The call that {@link #cut} has dropped. */
    public Optional<PartialCall> partialCall() {
        return partialCall;
    }

    /** Whether the answer is in its thoughts. */
    public boolean isThinking() {
        return mode == Mode.THOUGHTS;
    }

    /** What was read and is in no part yet: the JSON of a call, or else white space and the start of a tag. */
    public String heldBack() {
        return isInCall() ? call.json() : spaces + tag.text();
    }

    /** Whether the answer is in a call. */
    public boolean isInCall() {
        return mode == Mode.CALL_OPENED || mode == Mode.CALL;
    }

    private void takeText(char c) {
        if (!tag.seeksAnything() && !isBeforeText) {
            parts.add(c, false);
            return;
        }
        if (c == '{' && tag.isEmpty() && isBeforeText && mode == Mode.TEXT && isBare) {
            beginCall("");
            takeAfterOpening(c);
            return;
        }
        tag.add(c);
        while (!tag.isEmpty() && !tag.isPossible()) {
            releaseFirstOfTag();
        }
        if (tag.isWhole()) {
            takeTag(tag.take());
        }
    }

    private void releaseFirstOfTag() {
        char c = tag.removeFirst();
        if (OpenTag.isSpace(c) || isSeparator(c)) {
            spaces.append(c);
            return;
        }
        releaseSpaces();
        parts.add(c, mode == Mode.THOUGHTS);
        if (mode == Mode.TEXT && isBeforeText) {
            beginText();
        }
    }

    /** Emits white space that no block follows; at the beginning after a block it is dropped. */
    private void releaseSpaces() {
        parts.add(isAfterBlock ? spaces.toString().stripLeading() : spaces, mode == Mode.THOUGHTS);
        spaces.setLength(0);
        isAfterBlock = false;
    }

    private void takeTag(String whole) {
        if (whole.equals(OPEN_THOUGHTS)) {
            endBlock(Mode.THOUGHTS);
        } else if (whole.equals(CLOSE_THOUGHTS)) {
            endBlock(Mode.TEXT);
        } else if (openings.contains(whole)) {
            beginCall(whole);
        } else {
            lacksClosing = false;
            spaces.setLength(0);
            enter(Mode.TEXT);
        }
    }

    private void beginCall(String opening) {
        call = new OpenCall(opening);
        mode = Mode.CALL_OPENED;
    }

    private void takeAfterOpening(char c) {
        if (OpenTag.isSpace(c) && call.length() < MAX_CALL_CHARACTERS) {
            call.addSpace(c);
            return;
        }
        mode = Mode.CALL;
        takeCall(c);
    }

    private void takeCall(char c) {
        JsonExtent.Verdict verdict = call.length() >= MAX_CALL_CHARACTERS ? JsonExtent.Verdict.IMPOSSIBLE : call.add(c);
        if (verdict == JsonExtent.Verdict.IMPOSSIBLE) {
            releaseCallAsText();
            takeText(c);
        } else if (verdict == JsonExtent.Verdict.COMPLETE) {
            endCall();
        } else if (call.isOtherJson()) {
            releaseCallAsText();
        }
    }

    private void endCall() {
        List<ToolCall> read = calls.read(call.json());
        if (read.isEmpty()) {
            releaseCallAsText();
            return;
        }
        if (!isDenied) {
            read.forEach(parts::add);
        }
        lacksClosing = syntax.toolSyntax().orElseThrow().closing().isPresent();
        endBlock(Mode.TEXT);
    }

    private void releaseCallAsText() {
        releaseSpaces();
        parts.add(call.text(), false);
        beginText();
        enter(Mode.TEXT);
    }

    private void beginText() {
        isBeforeText = false;
        isAfterBlock = false;
        lacksClosing = false;
        mayThink = false;
        enter(mode);
    }

    private void endBlock(Mode next) {
        spaces.setLength(0);
        mayThink = false;
        isAfterBlock = true;
        isBeforeText = true;
        enter(next);
    }

    private void enter(Mode next) {
        mode = next;
        if (mode == Mode.THOUGHTS) {
            tag.seek(List.of(CLOSE_THOUGHTS));
            return;
        }
        List<String> sought = new ArrayList<>();
        if (isBeforeText || syntax.calls() == Calls.ANYWHERE) {
            sought.addAll(openings);
        }
        if (lacksClosing) {
            sought.add(syntax.toolSyntax().orElseThrow().closing().orElseThrow());
        }
        if (mayThink) {
            sought.add(OPEN_THOUGHTS);
        }
        tag.seek(sought);
    }

    /** Whether a character separates two calls; Llama writes semicolons. */
    private boolean isSeparator(char c) {
        return c == ';' && isAfterBlock && mode == Mode.TEXT && isBare;
    }
}
