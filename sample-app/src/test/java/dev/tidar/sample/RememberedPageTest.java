package dev.tidar.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.sample.memory.Conversations;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** What the pages make of memory, of the guide, of tools and of records; the answers are a script's. */
@ScriptedSample
@DisplayName("A page with help from the server")
class RememberedPageTest extends InBrowser {

    @Autowired
    Conversations conversations;

    @BeforeEach
    void openAFreshPage() {
        browser.emulate(1280, 860, "light");
        open("/");
        browser.evaluate("sessionStorage.clear(); localStorage.clear()");
        open("/");
        browser.awaitTrue("document.getElementById('facts').textContent.includes('scripted')");
        browser.console(); // leaves that of the tests before behind
    }

    @Test
    void showsItsConversationAgainWhenItIsLoadedAgain() {
        ask("One?");

        open("/");

        browser.awaitTrue("document.querySelector('.turn.assistant')");
        assertThat(browser.text(".turn.user")).isEqualTo("One?");
        assertThat(browser.text(".turn.assistant .text")).isEqualTo("I heard: One?");
        ask("Two?");
        assertThat(browser.text(".turn:last-child .text")).isEqualTo("I heard: One? | Two?");
    }

    @Test
    void startsANewConversationAndComesBackToTheOneBefore() throws IOException {
        ask("One?");
        browser.click("#new-chat");
        assertThat(browser.isTrue("document.querySelector('.turn')")).isFalse();
        ask("Two?");
        assertThat(browser.text(".turn.assistant .text")).isEqualTo("I heard: Two?");

        browser.click("#open-chats");
        browser.awaitTrue("document.getAnimations().length === 0");
        browser.screenshot(SCREENSHOTS.resolve("chats.png"));
        browser.click("#chat-list li:nth-child(2) .chat");

        browser.awaitTrue("document.querySelector('.turn.user').textContent === 'One?'");
    }

    @Test
    void deletesAConversationOnTheServerToo() {
        ask("One?");
        String id = browser.evaluate("return JSON.parse(sessionStorage.getItem('tidar.conversation'))")
                .asString();
        assertThat(conversations.exchanges(id)).hasSize(1);

        browser.click("#open-chats");
        browser.click("#chat-list .delete");

        browser.awaitTrue("!document.getElementById('no-chats').hidden");
        assertThat(browser.isTrue("document.querySelector('.turn')")).isFalse();
        browser.click("#close-chats");
        assertThat(browser.evaluate("return fetch('api/conversations/' + arguments[0]).then(r => r.status)", id)
                        .asInt())
                .isEqualTo(404);
    }

    @Test
    void goesOnAndSaysSoWhereTheServerHasForgotten() {
        ask("One?");
        conversations.delete(browser.evaluate("return JSON.parse(sessionStorage.getItem('tidar.conversation'))")
                .asString());

        ask("Two?");

        assertThat(browser.text(".forgotten")).contains("no longer remembers");
        assertThat(browser.text(".turn:last-child .text")).isEqualTo("I heard: Two?");
    }

    @Test
    void showsPassagesOfTheGuideAndCallsOfTools() throws IOException {
        browser.awaitTrue("!document.getElementById('guide').disabled");
        browser.click("#open-settings");
        browser.click("#guide");
        browser.set("tools", "required");
        browser.screenshot(SCREENSHOTS.resolve("helpers.png"));
        browser.click(".sheet-head button");
        assertThat(browser.text("#summary")).contains("tools", "guide");

        ask("Which properties does the prefix cache have?");

        assertThat(browser.text(".call")).contains("calculate", "MULTIPLY", "42");
        assertThat(browser.text(".turn:last-child .text"))
                .as("nothing of the calls but themselves")
                .doesNotContain("tool_call", "</", "}\n");
        browser.click(".source summary");
        assertThat(browser.text(".source[open] .passage")).isNotBlank();
        browser.screenshot(SCREENSHOTS.resolve("sources.png"));
        assertThat(browser.console()).isEmpty();
    }

    @Test
    void readsATextIntoATable() throws IOException {
        open("/extract.html");
        browser.click("#example");
        browser.click("#read");

        browser.awaitTrue("!document.getElementById('result').hidden");
        assertThat(browser.text("#fields")).contains("name", "Maria", "company", "Nordwind", "empty");
        assertThat(browser.text("#json")).contains("\"name\": \"Maria\"");
        assertThat(browser.isTrue("document.activeElement.id === 'result-title'"))
                .as("a reader of the screen is led to the record")
                .isTrue();
        browser.screenshot(SCREENSHOTS.resolve("extract.png"));
        assertThat(browser.console()).isEmpty();
    }

    @Test
    void marksWhatTheLimitWroteOfARecord() throws IOException {
        browser.emulate(390, 844, "dark");
        open("/extract.html");
        browser.click(".forms label:nth-child(2)");
        browser.click("#example");
        browser.set("max-tokens", "120");
        browser.click("#read");

        browser.awaitTrue("!document.getElementById('result').hidden");
        assertThat(browser.text("#closed")).contains("The limit on tokens ended this record", "people");
        assertThat(browser.text("#fields tr:last-child")).contains("people", "closed by the limit");
        assertThat(browser.text("#fields tr:first-child")).doesNotContain("closed by the limit");
        assertFitsThePhone();
        browser.screenshot(SCREENSHOTS.resolve("extract-phone-dark.png"));
    }

    @Test
    void saysWhyATextWasRejected() {
        open("/extract.html");
        browser.set("text", "x");
        browser.set("max-tokens", "3");
        browser.click("#read");

        browser.awaitTrue("!document.getElementById('failure').hidden");
        assertThat(browser.text("#failure")).contains("Request rejected", "max-tokens");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/extract.html"})
    void hasNamesForAllItsControlsAndFitsAPhone(String page) throws IOException {
        browser.emulate(390, 844, "dark");
        open(page);

        assertThat(browser.evaluate("""
                                return [...document.querySelectorAll('input, select, textarea, button, a')]
                                  .filter(e => !e.textContent.trim() && !e.getAttribute('aria-label') && !e.labels?.length)
                                  .map(e => e.outerHTML)""").values()).isEmpty();
        assertThat(browser.evaluate("return document.querySelector('nav.pages a[aria-current=page]').href")
                        .asString())
                .endsWith(page);
        assertFitsThePhone();
    }

    private static void assertFitsThePhone() {
        assertThat(browser.isTrue("document.documentElement.scrollWidth <= innerWidth"))
                .as("no sideways scrolling")
                .isTrue();
    }

    private static void ask(String question) {
        browser.awaitTrue("document.querySelector('#message')");
        browser.type("#message", question + ENTER);
        browser.awaitTrue("document.querySelector('.turn:last-child.assistant[aria-busy=false] .figures')");
    }
}
