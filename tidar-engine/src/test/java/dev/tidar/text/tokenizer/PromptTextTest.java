package dev.tidar.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tidar.text.tokenizer.PromptText.Stretch;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The stretches of user text in a prompt")
class PromptTextTest {

    @Test
    void areJoinedWhereTheyTouchAndDroppedWhereTheyAreEmpty() {
        PromptText prompt = new PromptText(
                "abcdef", List.of(new Stretch(0, 0), new Stretch(1, 2), new Stretch(2, 4), new Stretch(5, 5)));

        assertThat(prompt.userText()).containsExactly(new Stretch(1, 4));
    }

    @Test
    void coverEverythingThatAUserWroteAlone() {
        assertThat(PromptText.user("abc").userText()).containsExactly(new Stretch(0, 3));
        assertThat(PromptText.user("").userText()).isEmpty();
    }

    @Test
    void mayNotOverlap() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PromptText("abcdef", List.of(new Stretch(1, 3), new Stretch(2, 4))))
                .withMessageStartingWith("user text must be in order");
    }

    @Test
    void mayNotLeaveThePrompt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PromptText("abc", List.of(new Stretch(1, 4))))
                .withMessageContaining("within the 3 characters of the prompt");
    }

    @Test
    void mayNotRunBackwards() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Stretch(2, 1))
                .withMessage("a stretch must have 0 <= start <= end, but is [2, 1)");
    }
}
