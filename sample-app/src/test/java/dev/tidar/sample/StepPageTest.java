package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@RunningSample
@DisplayName("The steps of an answer in a browser")
class StepPageTest extends InBrowser {

    private static final String RIGHT = "\uE014";
    private static final String LEFT = "\uE012";
    private static final String END = "\uE010";
    private static final String SLIDER = ".stepper input";

    @Test
    void areDrawnOneAtATimeByTheKeyboard() throws IOException {
        ask(1280, 860, "light", "single-pass", "4");

        browser.type(".steps-of summary", ENTER);
        browser.awaitTrue("document.querySelector('.rows table')");
        assertThat(browser.text(".stepper .count")).startsWith("2 of ");
        browser.screenshot(SCREENSHOTS.resolve("step.png"));

        browser.type(SLIDER, RIGHT);
        assertThat(browser.text(".stepper .count")).startsWith("3 of ");
        assertThat(browser.text(".telling"))
                .startsWith("Step 2, single-pass, draft length 4, short groups. The anchor");
        assertThat(attribute(SLIDER, "aria-valuetext")).isEqualTo(browser.text(".telling"));

        browser.type(SLIDER, LEFT + LEFT);
        assertThat(browser.text(".telling")).startsWith("Prefill: ");
        browser.type(SLIDER, END);
        assertThat(browser.isTrue("document.querySelector('.stepper button:last-of-type').disabled"))
                .isTrue();
        assertThat(browser.console()).isEmpty();
    }

    @Test
    void showWhatTheAnswerHasOfThem() {
        ask(1280, 860, "light", "two-pass", "4");
        browser.click(".steps-of summary");
        browser.awaitTrue("document.querySelector('.rows table')");

        int steps = browser.evaluate("return document.querySelectorAll('.step').length")
                .asInt();
        for (int i = 0; i < steps; i++) {
            String step = browser.evaluate(
                            "const slider = document.querySelector('.stepper input'); slider.value = arguments[0];"
                                    + "slider.dispatchEvent(new Event('input'));"
                                    + "return document.querySelectorAll('.step')[arguments[0]].dataset.step",
                            i)
                    .asString();
            assertThat(count(".verified .accepted"))
                    .as("accepted drafts of step %s", step)
                    .isEqualTo(count(".step[data-step=\"" + step + "\"] .accepted"));
            assertThat(count(".emitted .cell")).isEqualTo(count(".step[data-step=\"" + step + "\"] .token"));
        }
    }

    @Test
    void fitAPhoneInTheDark() throws IOException {
        ask(360, 740, "dark", "single-pass", "8");
        browser.click(".steps-of summary");
        browser.awaitTrue("document.querySelector('.rows table')");
        browser.type(SLIDER, RIGHT + RIGHT);

        assertThat(browser.isTrue("document.documentElement.scrollWidth <= 360"))
                .as("no sideways scrolling of the page")
                .isTrue();
        assertThat(attribute(".rows", "tabindex"))
                .as("the figure scrolls by the keyboard")
                .isEqualTo("0");
        browser.evaluate("document.querySelector('.stepper').scrollIntoView()");
        browser.screenshot(SCREENSHOTS.resolve("step-phone-dark.png"));
    }

    private void ask(int width, int height, String colours, String mode, String draftLength) {
        browser.emulate(width, height, colours);
        open("/");
        browser.awaitTrue("document.getElementById('facts').textContent.includes('smollm2')");
        browser.evaluate("document.querySelector('input[value=' + arguments[0] + ']').click()", mode);
        browser.set("draft-length", draftLength);
        browser.set("max-tokens", "16");
        browser.type("#message", "Count from one to ten." + ENTER);
        browser.awaitTrue("document.querySelector('.assistant[aria-busy=false] .steps-of')");
    }

    private static int count(String selector) {
        return browser.evaluate("return document.querySelectorAll(arguments[0]).length", selector)
                .asInt();
    }

    private static String attribute(String selector, String name) {
        return browser.evaluate(
                        "return document.querySelector(arguments[0]).getAttribute(arguments[1])", selector, name)
                .asString();
    }
}
