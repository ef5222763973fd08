package dev.tidar.sample.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** Three conversations at most, 100 characters in all, 40 in each, for an hour. */
@DisplayName("The memory of conversations")
class ConversationsTest {

    private Instant now = Instant.EPOCH;

    private final Conversations conversations =
            new Conversations(new ConversationProperties(3, 100, 40, Duration.ofHours(1)), () -> now);

    @Test
    void givesTheModelTheExchangesBeforeAsMessages() {
        String id = conversations.open();
        answer(id, "one", "1");

        assertThat(conversations.ask(id, "two").get(id))
                .containsExactly(new UserMessage("one"), new AssistantMessage("1"));
    }

    @Test
    void keepsNothingOfAnExchangeBeforeItsEnd() {
        String id = conversations.open();
        OpenExchange exchange = conversations.ask(id, "one");
        added(exchange, new UserMessage("one"), new AssistantMessage("1"));

        assertThat(conversations.exchanges(id)).isEmpty();

        exchange.complete();
        assertThat(conversations.exchanges(id)).containsExactly(new Exchange("one", "1"));
    }

    @Test
    void keepsOfAStoppedAnswerWhatItsReaderWasSent() {
        String id = conversations.open();
        OpenExchange exchange = conversations.ask(id, "one");
        exchange.heard("to be");
        exchange.heard(" or");
        exchange.stop();
        conversations.ask(id, "two").stop(); // before the first word

        assertThat(conversations.exchanges(id)).containsExactly(new Exchange("one", "to be or"));
    }

    @Test
    void keepsNoQuestionWhoseAnswerFailed() {
        String id = conversations.open();
        OpenExchange exchange = conversations.ask(id, "one");
        added(exchange, new UserMessage("one"));
        exchange.heard("half");
        exchange.fail();

        assertThat(conversations.exchanges(id)).isEmpty();
        answer(id, "one", "1");
        assertThat(conversations.exchanges(id)).containsExactly(new Exchange("one", "1"));
    }

    @Test
    void keepsTheNewerHalfWhereAQuestionIsRejected() {
        String id = conversations.open();
        Stream.of("a", "b", "c").forEach(name -> answer(id, name, name));

        conversations.ask(id, "long").reject();
        assertThat(conversations.exchanges(id)).extracting(Exchange::question).containsExactly("c");

        conversations.ask(id, "long").reject();
        assertThat(conversations.exchanges(id)).isEmpty();
    }

    @Test
    void forgetsConversationsInWhichNothingWasSaidFirst() {
        String spoken = conversations.open();
        answer(spoken, "a", "a");
        String asked = conversations.open();
        OpenExchange exchange = conversations.ask(asked, "b");
        String empty = conversations.open();

        conversations.open();

        assertStatus(HttpStatus.NOT_FOUND, () -> conversations.exchanges(empty));
        exchange.fail();
        assertThat(conversations.exchanges(asked)).isEmpty();
        assertThat(conversations.exchanges(spoken)).hasSize(1);
    }

    @Test
    void countsTheFirstEndOnly() {
        String id = conversations.open();
        OpenExchange exchange = conversations.ask(id, "one");
        exchange.heard("some");
        exchange.stop();
        added(exchange, new AssistantMessage("all"));
        exchange.complete();

        assertThat(conversations.exchanges(id)).containsExactly(new Exchange("one", "some"));
    }

    @Test
    void takesOneQuestionAtATime() {
        String id = conversations.open();
        OpenExchange exchange = conversations.ask(id, "one");

        assertStatus(HttpStatus.CONFLICT, () -> conversations.ask(id, "two"));

        exchange.fail();
        conversations.ask(id, "two").fail();
    }

    @Test
    void dropsTheOlderHalfOfAConversationThatOutgrowsItsWindow() {
        String id = conversations.open();
        Stream.of("a", "b", "c", "d").forEach(name -> answer(id, name, name.repeat(9)));
        assertThat(conversations.exchanges(id)).hasSize(4);

        answer(id, "e", "e");

        assertThat(conversations.exchanges(id)).extracting(Exchange::question).containsExactly("d", "e");
    }

    @Test
    void keepsTheLastExchangeHoweverLong() {
        String id = conversations.open();
        answer(id, "a", "a");
        answer(id, "b", "b".repeat(60));

        assertThat(conversations.exchanges(id)).extracting(Exchange::question).containsExactly("b");
    }

    @Test
    void forgetsTheLeastRecentlyUsedWhereThereAreTooMany() {
        String first = conversations.open();
        String second = conversations.open();
        conversations.open();
        conversations.exchanges(first);

        String last = conversations.open();

        assertForgotten(second);
        conversations.exchanges(first);
        conversations.exchanges(last);
    }

    @Test
    void forgetsTheLeastRecentlyUsedWhereTheyAreTooLong() {
        String first = conversations.open();
        answer(first, "a", "a".repeat(38));
        String second = conversations.open();
        answer(second, "b", "b".repeat(38));
        String third = conversations.open();

        answer(third, "c", "c".repeat(38));

        assertForgotten(first);
        assertThat(conversations.exchanges(second)).hasSize(1);
    }

    @Test
    void forgetsWhatIsNotUsedAnyMore() {
        String used = conversations.open();
        String unused = conversations.open();
        now = now.plus(Duration.ofMinutes(50));
        conversations.exchanges(used);
        now = now.plus(Duration.ofMinutes(50));

        assertForgotten(unused);
        conversations.exchanges(used);
    }

    @Test
    void keepsNothingOfAConversationThatWasDeletedMeanwhile() {
        String id = conversations.open();
        OpenExchange exchange = conversations.ask(id, "one");
        conversations.delete(id);
        exchange.heard("1");
        exchange.stop();

        assertForgotten(id);
        assertStatus(HttpStatus.NOT_FOUND, () -> conversations.delete(id));
    }

    @Test
    void hasIdsThatNobodyGuesses() {
        var ids = new HashSet<String>();
        for (int i = 0; i < 100; i++) {
            ids.add(conversations.open());
        }

        assertThat(ids).hasSize(100).allMatch(id -> id.matches("[A-Za-z0-9_-]{22}"));
    }

    private void answer(String id, String question, String answer) {
        OpenExchange exchange = conversations.ask(id, question);
        added(exchange, new UserMessage(question), new AssistantMessage(answer));
        exchange.complete();
    }

    private static void added(OpenExchange exchange, Message... messages) {
        exchange.add("", List.of(messages));
    }

    private void assertForgotten(String id) {
        assertStatus(HttpStatus.NOT_FOUND, () -> conversations.exchanges(id));
    }

    private static void assertStatus(HttpStatus status, ThrowingCallable call) {
        assertThatExceptionOfType(ResponseStatusException.class)
                .isThrownBy(call)
                .extracting(ResponseStatusException::getStatusCode)
                .isEqualTo(status);
    }
}
