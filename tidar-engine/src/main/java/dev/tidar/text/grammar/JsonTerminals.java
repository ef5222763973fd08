package dev.tidar.text.grammar;

import dev.tidar.text.answer.Outline;
import dev.tidar.text.grammar.automaton.ByteAutomaton;
import dev.tidar.text.grammar.automaton.Encoding;
import dev.tidar.text.grammar.automaton.RegexParser;
import dev.tidar.text.grammar.automaton.Work;
import java.util.List;

/** The terminals that all JSON grammars of a vocabulary share. White space is bounded wherever it may stand. */
final class JsonTerminals {

    /** A string with every escape that JSON has, surrogates in pairs. */
    private static final String STRING = "\"([^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\/bfnrt]"
            + "|\\\\u([0-9a-cefA-CEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}"
            + "|[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2}))*\"";

    private static final long WORK = 10_000_000;

    private final Vocabulary vocabulary;
    private final ByteAutomaton strings;
    private final Terminal string;
    private final Terminal space;
    private final Terminal colon;
    private final Terminal comma;
    private final Terminal openObject;
    private final Terminal closeObject;
    private final Terminal openArray;
    private final Terminal closeArray;

    JsonTerminals(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        this.strings = automaton(STRING);
        this.string = new Terminal(strings, vocabulary);
        this.space = terminal(Outline.JSON_SPACE);
        this.colon = terminal(":" + Outline.JSON_SPACE);
        this.comma = terminal(Outline.JSON_SPACE + "," + Outline.JSON_SPACE);
        this.openObject = terminal("\\{" + Outline.JSON_SPACE);
        this.closeObject = terminal(Outline.JSON_SPACE + "\\}");
        this.openArray = terminal("\\[" + Outline.JSON_SPACE);
        this.closeArray = terminal(Outline.JSON_SPACE + "\\]");
    }

    /** Looks up what nearly every grammar will ask for: the tokens within strings. */
    void warmUp() {
        for (Terminal terminal : List.of(string, Terminal.counting(strings, vocabulary, 0, 1))) {
            vocabulary.continuations(terminal, 0);
            vocabulary.continuations(terminal, strings.next(0, (byte) '"'));
        }
    }

    private Terminal terminal(String regex) {
        return new Terminal(automaton(regex), vocabulary);
    }

    private static ByteAutomaton automaton(String regex) {
        return Encoding.minimalUtf8(RegexParser.parse("JSON syntax", regex), new Work("JSON syntax", WORK));
    }

    /** Any string. */
    Terminal string() {
        return string;
    }

    /** Strings of so many characters; {@code Integer.MAX_VALUE} is no limit. */
    Terminal string(int min, int max) {
        return min == 0 && max == Integer.MAX_VALUE ? string : Terminal.counting(strings, vocabulary, min, max);
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
