package dev.tidar.text.answer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The beginning of a JSON text")
class JsonPrefixTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    ''                            | ''
                    12                            | ''
                    {                             | ''
                    {"to                          | ''
                    {"to": "An                    | /to
                    {"to": "Anna"                 | /to
                    {"to": "Anna",                | ''
                    {"to": "Anna", "cents": 12    | /cents
                    {"a": {"b": [1, 2, {"c": tru  | /a/b/2/c
                    {"a": {"b": 1}                | /a
                    [[1, 2], [3                   | /1/0
                    {"a/b~c": 1                   | /a~1b~0c
                    {"q": "} ] , : [ {            | /q
                    {"q": "\\", "r": "\"", "s": 1 | /s
                    } ] , :                       | ''
                    """)
    void saysWhichValueWasBeingWritten(String text, String pointer) {
        assertThat(JsonPrefix.of(text).pointer()).isEqualTo(pointer);
    }
}
