package dev.tidar.text.answer;

import dev.tidar.api.ToolCallAtLimitException.PartialCall;
import java.util.Set;

/** What was read of a call that is not complete: its opening tag, white space, and its JSON. Confined to one thread. */
final class OpenCall {

    private final StringBuilder text;
    private final JsonExtent extent = new JsonExtent();
    private int jsonStart;

    /** @param tag its opening tag; empty for a call without one */
    OpenCall(String tag) {
        this.text = new StringBuilder(tag);
        this.jsonStart = tag.length();
    }

    /** Its text so far, the tag included. */
    String text() {
        return text.toString();
    }

    int length() {
        return text.length();
    }

    /** Its JSON so far. */
    String json() {
        return text.substring(jsonStart);
    }

    /** Adds white space before its JSON. */
    void addSpace(char c) {
        text.append(c);
        jsonStart++;
    }

    /** Adds a character of its JSON, unless none of the kind can come. */
    JsonExtent.Verdict add(char c) {
        JsonExtent.Verdict verdict = extent.accept(c);
        if (verdict != JsonExtent.Verdict.IMPOSSIBLE) {
            text.append(c);
        }
        return verdict;
    }

    /**
     * Whether its first key, which the last character ended, shows that an object without a tag is no call. So other
     * JSON is not held back.
     */
    boolean isOtherJson() {
        int end = text.length() - 1;
        if (jsonStart > 0 || text.charAt(end) != '"' || !extent.isAfterOutermostKey()) {
            return false;
        }
        int start = text.indexOf("\"");
        boolean isFirstKey = start < end && text.indexOf("\"", start + 1) == end;
        return isFirstKey && !CallReader.mayBegin(text.substring(start + 1, end));
    }

    /** Whether it may still become a call of one of these tools. */
    boolean mayBecomeCallOf(Set<String> tools) {
        return JsonPrefix.of(json())
                .name()
                .map(name -> tools.stream().anyMatch(name::mayBe))
                .orElse(true);
    }

    PartialCall partial() {
        return new PartialCall(
                JsonPrefix.of(json()).name().filter(JsonPrefix.Text::isWhole).map(JsonPrefix.Text::text), text());
    }
}
