package dev.tidar.tokenizer;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.jinja.Template;
import dev.tidar.jinja.TemplateException;
import dev.tidar.jinja.TemplateRaisedException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The chat template of a model: messages to a prompt. Immutable; thread-safe.
 *
 * <p>The text of messages goes through the template marked (see {@link MarkedText}), so it is known of every character
 * of the prompt whether a user or the template wrote it, and no message steers the template. One thing that templates
 * do read is what the assistant said: they cut the thoughts out of finished answers. That is followed: where the
 * template lays out an answer differently because of a phrase that it looks for, such as {@code </think>}, the prompt
 * has what the template keeps of the answer, marked as before.
 */
public final class ChatTemplate {

    private static final int MAX_ROLE_LENGTH = 64;

    /** A quoted phrase without white space in the source of a template. */
    private static final Pattern PHRASE = Pattern.compile("['\"]([^'\"\\s\\\\]{3,64})['\"]");

    private final Template template;
    private final Map<String, String> namedTokens;
    private final List<String> phrases;
    private final Clock clock;

    private ChatTemplate(TemplateSource source, Map<String, String> namedTokens, Clock clock) {
        this.template = Template.parse(source.text());
        this.namedTokens = Map.copyOf(namedTokens);
        this.phrases = phrases(source.text());
        this.clock = clock;
    }

    /**
     * Loads the chat template of a model folder: {@code chat_template.jinja}, else {@code chat_template} in
     * {@code tokenizer_config.json}, and of several named ones the one named {@code default}.
     *
     * @return the template; empty when the folder has none
     * @throws InvalidModelException if the template has more than 64 KiB, does not parse, uses what Jinja does not
     *     have, does not end within the bounds of a rendering, or alters the text of messages
     */
    public static Optional<ChatTemplate> load(Path folder) {
        return load(folder, Clock.system(ZoneId.systemDefault()));
    }

    static Optional<ChatTemplate> load(Path folder, Clock clock) {
        TokenizerConfig config = TokenizerConfig.read(folder);
        return TemplateSource.find(folder, config).map(source -> compile(source, config.namedTokens(), clock));
    }

    private static ChatTemplate compile(TemplateSource source, Map<String, String> namedTokens, Clock clock) {
        if (MarkedText.hasMarks(source.text())) {
            throw source.fault(Fault.UNSUPPORTED, "must not use the characters U+E000 to U+E1FF, but does", null);
        }
        try {
            ChatTemplate template = new ChatTemplate(source, namedTokens, clock);
            template.rehearse(source);
            return template;
        } catch (TemplateException e) {
            throw source.fault(Fault.UNSUPPORTED, "cannot be used: " + e.getMessage(), e);
        }
    }

    /** Renders two harmless conversations, so that what cannot work fails at load rather than at the first request. */
    private void rehearse(TemplateSource source) {
        ChatMessage question = ChatMessage.user("Is it late?");
        List<List<ChatMessage>> conversations = List.of(
                List.of(question),
                List.of(ChatMessage.system("Be brief."), question, ChatMessage.assistant("It is."), question));
        PromptLayout layout = layout(Map.of());
        int refused = 0;
        for (List<ChatMessage> conversation : conversations) {
            try {
                Optional<String> plain =
                        layout.lay(conversation, message -> false).map(PromptText::text);
                if (!layout.lay(conversation, message -> true)
                        .map(PromptText::text)
                        .equals(plain)) {
                    throw source.fault(
                            Fault.UNSUPPORTED, "must keep the text of messages as it is, but alters it", null);
                }
            } catch (TemplateRaisedException e) {
                if (++refused == conversations.size()) {
                    throw e;
                }
            }
        }
    }

    private static List<String> phrases(String source) {
        Set<String> phrases = new LinkedHashSet<>();
        Matcher matcher = PHRASE.matcher(source);
        while (matcher.find()) {
            phrases.add(matcher.group(1));
        }
        return List.copyOf(phrases);
    }

    /**
     * Lays out a conversation, ready for the assistant's answer.
     *
     * @throws InvalidRequestException if there is no message, a role is no plain word, or the template refuses the
     *     conversation; then with the template's own words
     */
    public PromptText render(List<ChatMessage> messages) {
        return render(messages, Map.of());
    }

    PromptText render(List<ChatMessage> messages, Map<String, Object> switches) {
        requireUsable(messages);
        try {
            return lay(messages, layout(switches))
                    .orElseThrow(() -> new InvalidRequestException(
                            "The chat template cannot lay out the conversation: it tears the text of a message apart"));
        } catch (TemplateRaisedException e) {
            String words = MarkedText.withoutMarked(String.valueOf(e.getMessage()));
            throw new InvalidRequestException("The chat template refuses the conversation: " + words, null);
        } catch (TemplateException e) {
            throw new InvalidRequestException(
                    "The chat template cannot lay out the conversation: " + e.getMessage(), e);
        }
    }

    private PromptLayout layout(Map<String, Object> switches) {
        Map<String, Object> variables = new HashMap<>(namedTokens);
        variables.putAll(switches);
        return new PromptLayout(template, variables, LocalDateTime.now(clock));
    }

    private Optional<PromptText> lay(List<ChatMessage> messages, PromptLayout layout) {
        Optional<PromptText> opaque = layout.lay(messages, message -> true);
        if (messages.stream().noneMatch(this::mayBeRead)) {
            return opaque;
        }
        Optional<String> wanted = readingAnswers(messages, layout);
        if (wanted.isEmpty() || wanted.equals(opaque.map(PromptText::text))) {
            return opaque;
        }
        return phrases.stream()
                .flatMap(phrase -> Stream.of(
                        keepBehind(phrase, messages, rest -> rest), keepBehind(phrase, messages, String::stripLeading)))
                .filter(kept -> !kept.equals(messages))
                .flatMap(kept -> layout.lay(kept, message -> true).stream())
                .filter(prompt -> prompt.text().equals(wanted.get()))
                .findFirst()
                .or(() -> opaque);
    }

    /** The prompt where the template may read the answers; empty if it then refuses the conversation. */
    private static Optional<String> readingAnswers(List<ChatMessage> messages, PromptLayout layout) {
        try {
            return layout.lay(messages, message -> !isAnswer(message)).map(PromptText::text);
        } catch (TemplateRaisedException e) {
            return Optional.empty();
        }
    }

    /** Whether this is an answer with a phrase in it that the template may look for. */
    private boolean mayBeRead(ChatMessage message) {
        return isAnswer(message)
                && phrases.stream().anyMatch(message.text()::contains)
                && !MarkedText.hasMarks(message.text());
    }

    /** The messages, of each answer only what stands behind the last time it has this phrase. */
    private static List<ChatMessage> keepBehind(String phrase, List<ChatMessage> messages, UnaryOperator<String> trim) {
        return messages.stream()
                .map(message -> isAnswer(message) && message.text().contains(phrase)
                        ? new ChatMessage(message.role(), trim.apply(behind(phrase, message.text())))
                        : message)
                .toList();
    }

    private static String behind(String phrase, String text) {
        return text.substring(text.lastIndexOf(phrase) + phrase.length());
    }

    private static boolean isAnswer(ChatMessage message) {
        return message.role().equals("assistant");
    }

    private static void requireUsable(List<ChatMessage> messages) {
        if (messages.isEmpty()) {
            throw new InvalidRequestException("messages must not be empty");
        }
        for (int i = 0; i < messages.size(); i++) {
            if (!isWord(messages.get(i).role())) {
                throw new InvalidRequestException(
                        "the role of message %d must be a word of 1 to %d letters, digits, _ and -, but is not"
                                .formatted(i, MAX_ROLE_LENGTH));
            }
        }
    }

    /** A role goes through the template as it is, so it must be unable to spell a control token. */
    private static boolean isWord(String role) {
        return !role.isEmpty()
                && role.length() <= MAX_ROLE_LENGTH
                && role.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-'));
    }
}
