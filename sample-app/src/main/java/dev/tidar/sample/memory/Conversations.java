package dev.tidar.sample.memory;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * The conversations that the server remembers, in memory, by ids that nobody can guess: this application has no logins,
 * so whoever knows the id of a conversation may read it. Nothing here grows without limit
 * ({@link ConversationProperties}), and a conversation answers one question at a time. Thread-safe.
 */
public final class Conversations {

    private static final int ID_BYTES = 16;

    private final ConversationProperties limits;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /** The least recently used one first. */
    private final LinkedHashMap<String, Conversation> byUse = new LinkedHashMap<>(16, 0.75f, true);

    private long characters;

    public Conversations(ConversationProperties limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    private static final class Conversation {
        private List<Exchange> exchanges = List.of();
        private Instant used;
        private boolean answering;

        Conversation(Instant used) {
            this.used = used;
        }
    }

    /** Begins a conversation, and returns its id. */
    public synchronized String open() {
        forgetTheOld();
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        byUse.put(id, new Conversation(clock.instant()));
        shrink();
        return id;
    }

    /**
     * What is remembered of a conversation, in order.
     *
     * @throws ResponseStatusException 404 if there is no such conversation, or no more
     */
    public synchronized List<Exchange> exchanges(String id) {
        return used(id).exchanges;
    }

    /**
     * Forgets a conversation.
     *
     * @throws ResponseStatusException 404 if there is no such conversation, or no more
     */
    public synchronized void delete(String id) {
        used(id);
        forget(id);
    }

    /**
     * Begins an exchange, which has to be ended: until then the conversation takes no other question.
     *
     * @throws ResponseStatusException 404 if there is no such conversation, or no more; 409 while another exchange has
     *     not ended
     */
    public synchronized OpenExchange ask(String id, String question) {
        Conversation conversation = used(id);
        if (conversation.answering) {
            throw new ResponseStatusException(
                    HttpStatus.CONFLICT,
                    "an answer of this conversation is still being written: wait for its end, or close its connection");
        }
        conversation.answering = true;
        return new OpenExchange(conversation.exchanges, question, exchanges -> end(id, conversation, exchanges));
    }

    /** Remembers, unless the conversation was deleted or forgotten meanwhile. */
    private synchronized void end(String id, Conversation conversation, List<Exchange> exchanges) {
        if (byUse.get(id) != conversation) {
            return;
        }
        conversation.answering = false;
        conversation.used = clock.instant();
        characters -= Exchange.length(conversation.exchanges);
        conversation.exchanges = fitted(exchanges);
        characters += Exchange.length(conversation.exchanges);
        shrink();
    }

    private Conversation used(String id) {
        forgetTheOld();
        Conversation conversation = byUse.get(id);
        if (conversation == null) {
            throw new ResponseStatusException(
                    HttpStatus.NOT_FOUND,
                    "there is no such conversation: it was deleted, or used too long ago, or newer ones took its place");
        }
        conversation.used = clock.instant();
        return conversation;
    }

    private void forgetTheOld() {
        Instant oldest = clock.instant().minus(limits.maxAge());
        while (!byUse.isEmpty() && eldest().getValue().used.isBefore(oldest)) {
            forget(eldest().getKey());
        }
    }

    /** The one that was used last stays in any case. */
    private void shrink() {
        while (byUse.size() > Math.max(1, limits.maxCount())) {
            forget(mostDispensable());
        }
        while (byUse.size() > 1 && characters > limits.maxCharacters()) {
            forget(eldest().getKey());
        }
    }

    /** One in which nothing was said, so that nobody crowds out conversations by opening others; else the eldest. */
    private String mostDispensable() {
        return byUse.entrySet().stream()
                .limit(byUse.size() - 1)
                .filter(each -> each.getValue().exchanges.isEmpty() && !each.getValue().answering)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseGet(() -> eldest().getKey());
    }

    private Map.Entry<String, Conversation> eldest() {
        return byUse.entrySet().iterator().next();
    }

    private void forget(String id) {
        Conversation forgotten = byUse.remove(id);
        if (forgotten != null) {
            characters -= Exchange.length(forgotten.exchanges);
        }
    }

    /**
     * A conversation that has outgrown its window loses its older half at once, not one exchange with each question: so
     * the prompts of the following questions begin alike, and find that beginning in the prefix cache.
     */
    private List<Exchange> fitted(List<Exchange> exchanges) {
        long rest = Exchange.length(exchanges);
        if (rest <= limits.window()) {
            return List.copyOf(exchanges);
        }
        var kept = new ArrayList<>(exchanges);
        while (kept.size() > 1 && rest > limits.window() / 2) {
            rest -= kept.remove(0).length();
        }
        return List.copyOf(kept);
    }
}
