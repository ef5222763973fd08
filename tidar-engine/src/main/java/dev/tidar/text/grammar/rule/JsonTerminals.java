package dev.tidar.text.grammar.rule;

import dev.tidar.text.answer.StructuralTags;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.automaton.Encoding;
import dev.tidar.text.grammar.automaton.RegexParser;
import dev.tidar.text.grammar.automaton.Work;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.util.List;

/** The terminals that all JSON grammars of a vocabulary share. White space is limited in length everywhere. */
public final class JsonTerminals {

    /** A string with every escape that JSON has; escaped surrogates come in pairs. */
    private static final String STRING = "\"([^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\/bfnrt]"
            + "|\\\\u([0-9a-cefA-CEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}"
            + "|[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2}))*\"";

    private static final ByteAutomaton STRINGS = automaton(STRING);
    private static final ByteAutomaton SPACE = automaton(StructuralTags.JSON_SPACE);
    private static final ByteAutomaton COLON = automaton(":" + StructuralTags.JSON_SPACE);
    private static final ByteAutomaton COMMA = automaton(StructuralTags.JSON_SPACE + "," + StructuralTags.JSON_SPACE);
    private static final ByteAutomaton OPEN_OBJECT = automaton("\\{" + StructuralTags.JSON_SPACE);
    private static final ByteAutomaton CLOSE_OBJECT = automaton(StructuralTags.JSON_SPACE + "\\}");
    private static final ByteAutomaton OPEN_ARRAY = automaton("\\[" + StructuralTags.JSON_SPACE);
    private static final ByteAutomaton CLOSE_ARRAY = automaton(StructuralTags.JSON_SPACE + "\\]");

    private final Vocabulary vocabulary;
    private final Terminal string;
    private final Terminal space;
    private final Terminal colon;
    private final Terminal comma;
    private final Terminal openObject;
    private final Terminal closeObject;
    private final Terminal openArray;
    private final Terminal closeArray;

    public JsonTerminals(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        this.string = new Terminal(STRINGS, vocabulary);
        this.space = new Terminal(SPACE, vocabulary);
        this.colon = new Terminal(COLON, vocabulary);
        this.comma = new Terminal(COMMA, vocabulary);
        this.openObject = new Terminal(OPEN_OBJECT, vocabulary);
        this.closeObject = new Terminal(CLOSE_OBJECT, vocabulary);
        this.openArray = new Terminal(OPEN_ARRAY, vocabulary);
        this.closeArray = new Terminal(CLOSE_ARRAY, vocabulary);
    }

    private static ByteAutomaton automaton(String regex) {
        return Encoding.minimalUtf8(RegexParser.parse("JSON syntax", regex), new Work("JSON syntax", 10_000_000));
    }

    /** One terminal of strings that does not count characters, and one that does; their tokens are cached apart. */
    public List<Terminal> strings() {
        return List.of(string, string(0, 1));
    }

    /** Any string. */
    Terminal string() {
        return string;
    }

    /** Strings of {@code min} to {@code max} characters; {@code Integer.MAX_VALUE} for no limit. */
    Terminal string(int min, int max) {
        return min == 0 && max == Integer.MAX_VALUE ? string : Terminal.counting(STRINGS, vocabulary, min, max);
    }

    Terminal space() {
        return space;
    }

    Terminal colon() {
        return colon;
    }

    Terminal comma() {
        return comma;
    }

    Terminal openObject() {
        return openObject;
    }

    Terminal closeObject() {
        return closeObject;
    }

    Terminal openArray() {
        return openArray;
    }

    Terminal closeArray() {
        return closeArray;
    }
}
