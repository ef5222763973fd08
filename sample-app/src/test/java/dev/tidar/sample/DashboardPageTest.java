package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.DecodeMode;
import dev.tidar.spring.TidarChatOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@RunningSample
@RequiresChromium
@DisplayName("The dashboard in a browser")
class DashboardPageTest {

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private static Browser browser;

    @Autowired
    ChatModel model;

    @LocalServerPort
    int port;

    @BeforeAll
    static void startBrowser(@TempDir Path profile) throws IOException {
        browser = Browser.start(profile);
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void openThePage() {
        browser.emulate(1280, 860, "light");
        browser.open("http://127.0.0.1:" + port + "/dashboard.html");
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
                    String value = browser.text("#" + panel + " .now b");
                    assertThat(value).as(panel).matches("[\\d.,]+");
                    assertThat(label(panel)).contains(value);
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
        browser.open("http://127.0.0.1:" + port + "/dashboard.html");
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

    private static String label(String panel) {
        return browser.evaluate(
                        "return document.querySelector(arguments[0]).getAttribute('aria-label')", "#" + panel + " svg")
                .asString();
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "\\'") + "'";
    }

    private void answer(DecodeMode mode, int maxTokens) {
        var options = TidarChatOptions.builder().maxTokens(maxTokens).mode(mode).draftLength(4);
        model.call(new Prompt(List.of(new UserMessage("Name the seven days of the week.")), options.build()));
    }
}
