package dev.tidar.text.answer;

import dev.tidar.api.Answer;
import dev.tidar.api.ToolCall;
import dev.tidar.text.answer.AnswerSyntax.Calls;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits an answer into its parts while its text arrives: thoughts, text, and tool calls. The parts do not depend on
 * how the text was cut into pieces, once neighbouring parts of the same kind are joined.
 *
 * <p>Thoughts and calls are <em>blocks</em>. Their tags are not in any part, and neither is white space next to a
 * block. The parser holds back what may be the start of a tag until that is decided, white space that a block may
 * follow, and a call until its JSON is complete; then it emits the whole call. A call is emitted as text, including its
 * tags, if its JSON is malformed or cut off, if it does not name an offered tool, or if it has more than
 * {@value #MAX_CALL_CHARACTERS} characters. So apart from tags and white space nothing is lost. Thoughts can only come
 * at the beginning of an answer; tags of calls within thoughts belong to the thoughts.
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
    private final CallReader calls;
    private final Parts parts = new Parts();

    /** White space that is dropped if a block follows. */
    private final StringBuilder spaces = new StringBuilder();

    /** The start of what may become a tag. */
    private final StringBuilder tag = new StringBuilder();

    /** An incomplete call: its opening tag, white space, and its JSON, which starts at {@link #jsonStart}. */
    private final StringBuilder call = new StringBuilder();

    private Mode mode;
    private int jsonStart;
    private JsonExtent json = new JsonExtent();
    private List<String> tags;

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
        this.calls = new CallReader(syntax.toolNames(), new CallIds(seed));
        this.mayThink = syntax.thoughts() == Thoughts.MAY_COME;
        enter(syntax.thoughts() == Thoughts.OPEN ? Mode.THOUGHTS : Mode.TEXT);
        isAfterBlock = mode == Mode.THOUGHTS;
    }

    /** Reads the next piece of the answer, and returns the parts that it completes. */
    public List<Answer.Part> accept(String piece) {
        for (int i = 0; i < piece.length(); i++) {
            take(piece.charAt(i));
        }
        return parts.take();
    }

    /** Ends the answer, and returns the remaining parts. */
    public List<Answer.Part> finish() {
        if (mode == Mode.CALL_OPENED || mode == Mode.CALL) {
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

    private void take(char c) {
        switch (mode) {
            case TEXT, THOUGHTS -> takeText(c);
            case CALL_OPENED -> takeAfterOpening(c);
            case CALL -> takeCall(c);
        }
    }

    private void takeText(char c) {
        if (tags.isEmpty() && !isBeforeText) {
            parts.add(c, false);
            return;
        }
        if (c == '{' && tag.isEmpty() && isBeforeText && mode == Mode.TEXT && isBare()) {
            beginCall();
            takeAfterOpening(c);
            return;
        }
        tag.append(c);
        while (!tag.isEmpty() && !mayBecomeTag()) {
            releaseFirstOfTag();
        }
        String whole = tag.toString();
        if (tags.contains(whole)) {
            tag.setLength(0);
            takeTag(whole);
        }
    }

    private boolean mayBecomeTag() {
        for (String candidate : tags) {
            if (candidate.length() >= tag.length() && candidate.startsWith(tag.toString())) {
                return true;
            }
        }
        return false;
    }

    private void releaseFirstOfTag() {
        char c = tag.charAt(0);
        tag.deleteCharAt(0);
        if (isSpace(c) || isSeparator(c)) {
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
        } else if (syntax.toolSyntax().orElseThrow().openings().contains(whole)) {
            beginCall();
            call.append(whole);
        } else {
            lacksClosing = false;
            spaces.setLength(0);
            enter(Mode.TEXT);
        }
    }

    private void beginCall() {
        call.setLength(0);
        mode = Mode.CALL_OPENED;
    }

    private void takeAfterOpening(char c) {
        if (isSpace(c) && call.length() < MAX_CALL_CHARACTERS) {
            call.append(c);
            return;
        }
        json = new JsonExtent();
        jsonStart = call.length();
        mode = Mode.CALL;
        takeCall(c);
    }

    private void takeCall(char c) {
        JsonExtent.Verdict verdict = json.accept(c);
        boolean impossible = verdict == JsonExtent.Verdict.IMPOSSIBLE || call.length() >= MAX_CALL_CHARACTERS;
        if (impossible) {
            releaseCallAsText();
            takeText(c);
            return;
        }
        call.append(c);
        if (verdict == JsonExtent.Verdict.COMPLETE) {
            endCall();
        } else if (jsonStart == 0 && c == '"' && json.isAfterOutermostKey() && !mayBeBareCall()) {
            releaseCallAsText();
        }
    }

    private void endCall() {
        List<ToolCall> read = calls.read(call.substring(jsonStart));
        if (read.isEmpty()) {
            releaseCallAsText();
            return;
        }
        read.forEach(parts::add);
        lacksClosing = syntax.toolSyntax().orElseThrow().closing().isPresent();
        endBlock(Mode.TEXT);
    }

    /**
     * Whether an object may still be a call without a tag. This is decided at its first key, so that other JSON is not
     * held back.
     */
    private boolean mayBeBareCall() {
        int end = call.length() - 1;
        int start = call.indexOf("\"");
        return start == end
                || call.indexOf("\"", start + 1) < end
                || CallReader.mayBegin(call.substring(start + 1, end));
    }

    private void releaseCallAsText() {
        releaseSpaces();
        parts.add(call, false);
        call.setLength(0);
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
        call.setLength(0);
        mayThink = false;
        isAfterBlock = true;
        isBeforeText = true;
        enter(next);
    }

    private void enter(Mode next) {
        mode = next;
        if (mode == Mode.THOUGHTS) {
            tags = List.of(CLOSE_THOUGHTS);
            return;
        }
        List<String> sought = new ArrayList<>();
        if (isBeforeText || syntax.calls() == Calls.ANYWHERE) {
            syntax.toolSyntax().ifPresent(calling -> sought.addAll(calling.openings()));
        }
        if (lacksClosing) {
            sought.add(syntax.toolSyntax().orElseThrow().closing().orElseThrow());
        }
        if (mayThink) {
            sought.add(OPEN_THOUGHTS);
        }
        tags = List.copyOf(sought);
    }

    private boolean isBare() {
        return syntax.toolSyntax().map(ToolSyntax::isBare).orElse(false);
    }

    /** Whether a character separates two calls; Llama writes semicolons. */
    private boolean isSeparator(char c) {
        return c == ';' && isAfterBlock && mode == Mode.TEXT && isBare();
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }
}
