package dev.tidar.text.answer;

import dev.tidar.api.Answer;
import dev.tidar.api.ToolCall;
import dev.tidar.text.answer.AnswerSyntax.Calls;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes an answer apart as its text comes: thoughts, text, tool calls. However the text is cut into pieces, the parts
 * are the same once they are joined.
 *
 * <p>Thoughts and calls are <em>blocks</em>. The tags around them are in no part, and neither is white space beside a
 * block. What may be the start of a tag is held back until that is decided, and so is white space that a block may
 * follow; a call is held back until its JSON is complete, and comes out whole at that character. What turns out to be
 * no call, because its JSON is broken or cut off, because it names no offered tool, or because it has more than
 * {@value #MAX_CALL_CHARACTERS} characters, comes out as text, tag and all: apart from tags and white space nothing is
 * lost. Thoughts stand at the beginning of an answer only; tags of calls within thoughts are thoughts.
 *
 * <p>Each character is looked at a bounded number of times. Confined to one thread.
 */
public final class AnswerParser {

    /** Longest call in characters. */
    public static final int MAX_CALL_CHARACTERS = 1 << 16;

    /** Stands before thoughts. */
    public static final String OPEN_THOUGHTS = "<think>";
    /** Stands after thoughts. */
    public static final String CLOSE_THOUGHTS = "</think>";

    private enum Mode {
        TEXT,
        THOUGHTS,
        /** After the opening of a call, before its JSON. */
        OPENED,
        CALL
    }

    private final AnswerSyntax format;
    private final CallReader calls;
    private final Parts parts = new Parts();

    /** White space that belongs to a block if one follows. */
    private final StringBuilder spaces = new StringBuilder();

    /** What may become a tag. */
    private final StringBuilder tag = new StringBuilder();

    /** A call in the making: its opening and the white space after it, then its JSON from {@link #jsonStart} on. */
    private final StringBuilder call = new StringBuilder();

    private Mode mode;
    private int jsonStart;
    private JsonExtent json = new JsonExtent();
    private List<String> tags;

    /** Whether nothing but blocks has come so far. */
    private boolean isFresh = true;

    /** Whether the last that came, white space aside, is a block. */
    private boolean isAfterBlock;

    /** Whether the closing tag of a call may still come. */
    private boolean lacksClosing;

    private boolean mayThink;

    /**
     * A parser for one answer.
     *
     * @param seed of the ids of its calls; a seed of its own for each answer
     */
    public AnswerParser(AnswerSyntax format, long seed) {
        this.format = format;
        this.calls = new CallReader(format.toolNames(), new CallIds(seed));
        this.mayThink = format.thoughts() == Thoughts.MAY_COME;
        enter(format.thoughts() == Thoughts.OPEN ? Mode.THOUGHTS : Mode.TEXT);
        isAfterBlock = mode == Mode.THOUGHTS;
    }

    /** Takes the next piece of the answer. Returns what it made final. */
    public List<Answer.Part> accept(String piece) {
        for (int i = 0; i < piece.length(); i++) {
            take(piece.charAt(i));
        }
        return parts.take();
    }

    /** Ends the answer. Returns the rest. */
    public List<Answer.Part> finish() {
        if (mode == Mode.OPENED || mode == Mode.CALL) {
            giveCallBack();
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
            case OPENED -> takeOpened(c);
            case CALL -> takeCall(c);
        }
    }

    private void takeText(char c) {
        if (tags.isEmpty() && !isFresh) {
            parts.add(c, false);
            return;
        }
        if (c == '{' && tag.isEmpty() && isFresh && mode == Mode.TEXT && isBare()) {
            beginCall();
            takeOpened(c);
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
        if (isSpace(c) || isDivider(c)) {
            spaces.append(c);
            return;
        }
        releaseSpaces();
        parts.add(c, mode == Mode.THOUGHTS);
        if (mode == Mode.TEXT && isFresh) {
            endFreshness();
        }
    }

    /** White space that turned out to stand beside no block, or after one only. */
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
        } else if (format.syntax().orElseThrow().openings().contains(whole)) {
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
        mode = Mode.OPENED;
    }

    private void takeOpened(char c) {
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
            giveCallBack();
            takeText(c);
            return;
        }
        call.append(c);
        if (verdict == JsonExtent.Verdict.COMPLETE) {
            endCall();
        } else if (jsonStart == 0 && c == '"' && json.isAfterOutermostKey() && !mayBeBareCall()) {
            giveCallBack();
        }
    }

    private void endCall() {
        List<ToolCall> read = calls.read(call.substring(jsonStart));
        if (read.isEmpty()) {
            giveCallBack();
            return;
        }
        read.forEach(parts::add);
        lacksClosing = format.syntax().orElseThrow().closing().isPresent();
        endBlock(Mode.TEXT);
    }

    /** A call without a tag is given up at its first key already, so that other JSON is not held back. */
    private boolean mayBeBareCall() {
        int end = call.length() - 1;
        int start = call.indexOf("\"");
        return start == end
                || call.indexOf("\"", start + 1) < end
                || CallReader.mayBegin(call.substring(start + 1, end));
    }

    private void giveCallBack() {
        releaseSpaces();
        parts.add(call, false);
        call.setLength(0);
        endFreshness();
        enter(Mode.TEXT);
    }

    private void endFreshness() {
        isFresh = false;
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
        isFresh = true;
        enter(next);
    }

    private void enter(Mode next) {
        mode = next;
        if (mode == Mode.THOUGHTS) {
            tags = List.of(CLOSE_THOUGHTS);
            return;
        }
        List<String> sought = new ArrayList<>();
        if (isFresh || format.calls() == Calls.ANYWHERE) {
            format.syntax().ifPresent(syntax -> sought.addAll(syntax.openings()));
        }
        if (lacksClosing) {
            sought.add(format.syntax().orElseThrow().closing().orElseThrow());
        }
        if (mayThink) {
            sought.add(OPEN_THOUGHTS);
        }
        tags = List.copyOf(sought);
    }

    private boolean isBare() {
        return format.syntax().map(ToolSyntax::isBare).orElse(false);
    }

    /** Llama divides calls by semicolons. */
    private boolean isDivider(char c) {
        return c == ';' && isAfterBlock && mode == Mode.TEXT && isBare();
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }
}
