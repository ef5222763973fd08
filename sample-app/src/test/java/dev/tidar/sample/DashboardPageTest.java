package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DecodeMode;
import dev.tidar.spring.TidarChatOptions;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

@RunningSample
@DisplayName("The dashboard in a browser")
class DashboardPageTest extends InBrowser {

    @Autowired
    ChatModel model;

    @BeforeEach
    void openThePage() {
        browser.emulate(1280, 860, "light");
        open("/dashboard.html");
        browser.awaitTrue("document.querySelector('#pass-times circle')");
    }

    @Test
    void drawsWhatTheEngineDoesWhileItAnswersAndSaysItInTables() throws IOException {
        answer(DecodeMode.TWO_PASS, 16);
        answer(DecodeMode.SINGLE_PASS, 4); // finds its prompt in the cache

        browser.awaitTrue("document.querySelector('#speed path.line')");
        browser.awaitTrue("document.querySelector('#per-forward path.line')");
        browser.awaitTrue("document.querySelector('#step-time path.line')");
        browser.awaitTrue("document.querySelector('#acceptance rect.filled')");
        browser.awaitTrue("[...document.querySelectorAll('#cache rect')].some(bar => bar.getAttribute('height') > 0)");
        assertThat(List.of("speed", "per-forward", "acceptance", "step-time", "pass-times", "cache"))
                .allSatisfy(panel -> {
                    JsonNode now = browser.evaluate( // both at once, because the page goes on
                            "const panel = document.getElementById(arguments[0]); return ["
                                    + "panel.querySelector('.now b').textContent,"
                                    + "panel.querySelector('svg').getAttribute('aria-label')]",
                            panel);
                    String value = now.get(0).asString();
                    assertThat(value).as(panel).matches("[\\d.,]+");
                    assertThat(now.get(1).asString()).contains(value);
                });
        assertThat(browser.text("#strip")).contains("ready", "finished", "MiB");
        assertThat(browser.console()).isEmpty();
        browser.screenshot(SCREENSHOTS.resolve("dashboard.png"));

        for (String panel : List.of("speed", "acceptance", "pass-times", "cache")) {
            browser.click("#" + panel + " summary");
            browser.awaitTrue("document.querySelector('#" + panel + " tbody td')");
            assertThat(browser.text("#" + panel + " caption")).as(panel).startsWith("As of");
        }
        assertThat(browser.text("#pass-times thead")).contains("decode rows", "ms a forward");
        assertThat(browser.text("#acceptance tbody tr")).contains("%");
    }

    @Test
    void keepsItsFiguresWhileItIsPaused() {
        browser.click("#pause");
        assertThat(browser.evaluate("return document.getElementById('pause').getAttribute('aria-pressed')")
                        .asString())
                .isEqualTo("true");
        String before = browser.text("#strip");
        answer(DecodeMode.TWO_PASS, 1);
        assertThat(browser.text("#strip")).isEqualTo(before);

        browser.click("#pause");

        browser.awaitTrue("document.getElementById('strip').textContent !== " + quoted(before));
    }

    @Test
    void saysWhenTheApplicationCannotBeReached() {
        browser.evaluate("window.fetch = () => Promise.reject(new TypeError('offline'))");

        browser.awaitTrue("document.getElementById('facts').textContent.includes('cannot be reached')");
    }

    @Test
    void fitsAPhoneInTheDark() throws IOException {
        browser.emulate(360, 740, "dark");
        open("/dashboard.html");
        answer(DecodeMode.TWO_PASS, 6);
        browser.awaitTrue("document.querySelector('#acceptance rect.filled')");

        assertThat(browser.isTrue("document.documentElement.scrollWidth <= 360"))
                .as("no sideways scrolling")
                .isTrue();
        assertThat(
                        browser.isTrue(
                                "[...document.querySelectorAll('.chart svg')].every(svg => svg.getBoundingClientRect().right <= 360)"))
                .isTrue();
        browser.screenshot(SCREENSHOTS.resolve("dashboard-phone-dark.png"));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "\\'") + "'";
    }

    private void answer(DecodeMode mode, int maxTokens) {
        var options = TidarChatOptions.builder().maxTokens(maxTokens).mode(mode).draftLength(4);
        model.call(new Prompt(List.of(new UserMessage("Name the seven days of the week.")), options.build()));
    }
}
