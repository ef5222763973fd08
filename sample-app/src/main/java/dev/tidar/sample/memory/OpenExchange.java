package dev.tidar.sample.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;

/**
 * A question while it is being answered: the memory that a {@link MessageChatMemoryAdvisor} reads and writes. That
 * advisor adds the question before the model has it, so a memory that all requests share would keep questions whose
 * answers failed, and lose the part of an answer that its reader has stopped. Here nothing is remembered before the
 * end, and only the first end counts. Thread-safe.
 */
public final class OpenExchange implements ChatMemory {

    private final List<Exchange> before;
    private final String question;
    private final Consumer<List<Exchange>> end;
    private final StringBuilder heard = new StringBuilder();
    private final List<Message> answers = new ArrayList<>();
    private boolean ended;

    OpenExchange(List<Exchange> before, String question, Consumer<List<Exchange>> end) {
        this.before = before;
        this.question = question;
        this.end = end;
    }

    /** Notes what its reader has been sent of the answer. */
    public synchronized void heard(String text) {
        heard.append(text);
    }

    /** The answer is complete: it is remembered. */
    public void complete() {
        end(answer());
    }

    /** The reader has stopped the answer: what he was sent of it is remembered; without any, nothing is. */
    public void stop() {
        end(sent());
    }

    /** There is no answer, or not all of it: nothing is remembered, so that the question can be asked again. */
    public void fail() {
        end("");
    }

    /**
     * The engine takes no such prompt, which may be because of its length: the older half of what was said before is
     * forgotten, so that the question can be asked again with less.
     */
    public void reject() {
        end(before.subList((before.size() + 1) / 2, before.size()));
    }

    @Override
    public List<Message> get(String conversationId) {
        return Exchange.messages(before);
    }

    @Override
    public synchronized void add(String conversationId, List<Message> messages) {
        messages.stream().filter(AssistantMessage.class::isInstance).forEach(answers::add);
    }

    /** The memory of one exchange has nothing to clear. */
    @Override
    public void clear(String conversationId) {}

    private synchronized String answer() {
        return answers.stream()
                .map(answer -> Objects.requireNonNullElse(answer.getText(), ""))
                .collect(Collectors.joining());
    }

    private synchronized String sent() {
        return heard.toString();
    }

    private void end(String answer) {
        var exchanges = new ArrayList<>(before);
        if (!answer.isEmpty()) {
            exchanges.add(new Exchange(question, answer));
        }
        end(exchanges);
    }

    private void end(List<Exchange> exchanges) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        end.accept(exchanges);
    }
}
