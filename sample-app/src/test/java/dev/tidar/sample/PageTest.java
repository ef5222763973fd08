package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidar.TidarEngine;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@RunningSample
@DisplayName("The page in a browser")
class PageTest extends InBrowser {

    private static final String SHIFT = "\uE008";
    private static final String ESCAPE = "\uE00C";
    private static final String FINISHED = "document.querySelector('.assistant[aria-busy=false] .figures')";

    @Autowired
    TidarEngine engine;

    @BeforeEach
    void openThePage() {
        browser.emulate(1280, 860, "light");
        open("/");
        browser.evaluate("sessionStorage.clear()"); // without the conversation of the test before
        open("/");
        browser.awaitTrue("document.getElementById('facts').textContent.includes('smollm2')");
        browser.console(); // leaves that of the tests before behind
    }

    @Test
    void sendsAMessageAndShowsTheAnswerWhileItGrows() {
        browser.set("max-tokens", "48");
        browser.type("#message", "Name three colours." + ENTER);

        browser.awaitTrue("document.querySelector('.assistant[aria-busy=true] .token')");
        assertThat(browser.text(".turn.user")).isEqualTo("Name three colours.");

        browser.awaitTrue(FINISHED);
        assertThat(browser.text(".figures")).contains("tokens/s", "tokens per forward");
        assertThat(browser.console()).isEmpty();
    }

    @Test
    void stopsTheEngineByTheStopButton() {
        askForALongAnswer();
        browser.type("#message", "Tell me a very long story." + ENTER);
        browser.awaitTrue("document.querySelectorAll('.token').length > 2");

        browser.click("#stop");

        browser.awaitTrue("document.querySelector('.stopped')");
        assertThat(browser.text(".stopped")).matches("Stopped after .+ tokens in .+ steps\\.");
        awaitIdleEngine();
        assertThat(browser.isTrue("document.getElementById('stop').hidden")).isTrue();
    }

    @Test
    void stopsTheEngineByTheEscapeKeyAndByLeavingThePage() {
        askForALongAnswer();
        browser.type("#message", "Tell me a very long story." + ENTER);
        browser.awaitTrue("document.querySelector('.token')");
        browser.type("#message", ESCAPE);
        awaitIdleEngine();

        browser.type("#message", "Another one." + ENTER);
        browser.awaitTrue("document.querySelector('.turn:last-child .token')");
        browser.open("about:blank");
        awaitIdleEngine();
    }

    @Test
    void shadesTheTokensThatCameFromAcceptedDrafts() throws IOException {
        browser.click("#open-settings");
        browser.click("#modes label:nth-child(3)");
        browser.click(".sheet-head button");
        browser.set("draft-length", "4");
        browser.set("max-tokens", "64");
        browser.type("#message", "Count from one to ten." + ENTER);
        browser.awaitTrue(FINISHED);
        String accepted = "getComputedStyle(document.querySelector('.token.accepted')).backgroundColor";
        String plain = browser.evaluate("return " + accepted).asString();

        browser.click("#shading");

        assertThat(browser.evaluate("return " + accepted).asString()).isNotEqualTo(plain);
        assertThat(browser.isTrue("document.getElementById('legend').hidden")).isFalse();
        assertThat(browser.text(".figures .layout")).contains("two-pass");
        browser.screenshot(SCREENSHOTS.resolve("shaded.png"));

        browser.click("#shading");
        assertThat(browser.evaluate("return " + accepted).asString()).isEqualTo(plain);
    }

    @Test
    void tellsWhatTidarYieldsAndOffersWhatAutoDidNotChoose() {
        boolean oneByOne = engine.status().layout().chosen().equals("autoregressive");
        String notice = oneByOne ? "#offer" : "#pays";

        assertThat(browser.text(notice))
                .containsPattern(
                        engine.status().layout().settled()
                                ? "[\\d.,]+ tokens/s against [\\d.,]+"
                                : "shows once it has answered a little");
        browser.click(notice + " button");
        assertThat(browser.text("#summary")).containsAnyOf(oneByOne ? "pass" : "One by one");
        browser.click("#chosen button");
        assertThat(browser.text("#summary")).contains("Auto");
    }

    @Test
    void showsWhyARequestWasRejected() {
        browser.evaluate("document.getElementById('message').value = 'x'.repeat(70000)");
        browser.type("#message", ENTER);

        browser.awaitTrue("document.querySelector('.failure[role=alert]')");
        assertThat(browser.text(".failure")).contains("at most 65536 characters");
    }

    @Test
    void insertsMarkupOfTheUserAsText() {
        browser.set("max-tokens", "1");
        browser.type("#message", "<img src=x onerror=alert(1)>" + ENTER);
        browser.awaitTrue(FINISHED);

        assertThat(browser.text(".turn.user")).isEqualTo("<img src=x onerror=alert(1)>");
        assertThat(browser.isTrue("document.querySelector('#conversation img')"))
                .isFalse();
    }

    @Test
    void fitsAPhoneInTheDark() throws IOException {
        browser.emulate(390, 844, "dark");
        open("/");
        browser.set("max-tokens", "32");
        browser.type("#message", "What is a JVM?" + ENTER);
        browser.awaitTrue(FINISHED);

        assertThat(browser.isTrue("document.documentElement.scrollWidth <= 390"))
                .as("no sideways scrolling")
                .isTrue();
        browser.screenshot(SCREENSHOTS.resolve("phone-dark.png"));
    }

    @Test
    void followsTheColourSchemeOfTheReader() {
        String colours = "return getComputedStyle(document.body).backgroundColor";
        browser.emulate(1280, 860, "light");
        String light = browser.evaluate(colours).asString();
        browser.emulate(1280, 860, "dark");

        assertThat(browser.evaluate(colours).asString()).isNotEqualTo(light);
    }

    @Test
    void breaksTheLineOnShiftEnter() {
        browser.type("#message", "first" + SHIFT + ENTER + SHIFT + "second");

        assertThat(browser.evaluate("return document.getElementById('message').value")
                        .asString())
                .isEqualTo("first\nsecond");
        assertThat(browser.isTrue("document.querySelector('.turn')")).isFalse();
    }

    /** This seed does not end the answer early. */
    private static void askForALongAnswer() {
        browser.set("max-tokens", "4000");
        browser.set("temperature", "1.5");
        browser.set("seed", "3");
    }

    private void awaitIdleEngine() {
        await("the engine to stop, long before 4000 tokens are made")
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> engine.status().running() == 0);
    }
}
