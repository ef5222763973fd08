package dev.tidar.text.chat;

import dev.tidar.api.ChatMessage;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.Thinking;
import dev.tidar.api.Tool;
import dev.tidar.json.Quoted;
import dev.tidar.text.answer.AnswerParser;
import dev.tidar.text.answer.AnswerSyntax;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import dev.tidar.text.answer.ToolSyntax;
import dev.tidar.text.jinja.Template;
import dev.tidar.text.jinja.value.TemplateException;
import dev.tidar.text.tokenizer.PromptText;
import dev.tidar.text.tokenizer.PromptText.Stretch;
import dev.tidar.text.tokenizer.TokenizerConfig;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The chat template of a model, which renders messages to a prompt. Immutable and thread-safe.
 *
 * <p>The text of messages is marked while the template runs (see {@link MarkedText}). Every character of the prompt is
 * therefore known to come from a user or from the template, and no message can influence what the template does. There
 * is one kind of text that templates do read: they cut the thoughts out of finished answers. Where a template renders
 * an answer differently because of a phrase that it looks for, such as {@code </think>}, the prompt contains the part
 * of the answer that the template keeps, marked like all user text.
 */
public final class ChatTemplate {

    private static final int MAX_ROLE_LENGTH = 64;

    /** The variable that switches thinking on or off in the templates of thinking models. */
    private static final String THINKING_SWITCH = "enable_thinking";

    /** A quoted phrase without white space in the source of a template. */
    private static final Pattern PHRASE = Pattern.compile("['\"]([^'\"\\s\\\\]{3,64})['\"]");

    private final Template template;
    private final Map<String, String> namedTokens;
    private final List<String> phrases;
    private final Clock clock;
    private final Optional<ToolSyntax> toolSyntax;
    private final boolean writesSystem;

    private ChatTemplate(TemplateSource source, Map<String, String> namedTokens, Clock clock) {
        this.template = Template.parse(source.text());
        this.namedTokens = Map.copyOf(namedTokens);
        this.phrases = phrases(source.text());
        this.clock = clock;
        this.toolSyntax = TemplateTools.syntax(template, layout(Map.of()));
        this.writesSystem = TemplateTools.writesSystem(layout(Map.of()));
    }

    /**
     * Loads the chat template of a model folder: {@code chat_template.jinja} if it exists, otherwise
     * {@code chat_template} in {@code tokenizer_config.json}. If that field holds several named templates, the one
     * named {@code default} is used.
     *
     * @return the template; empty if the folder has none
     * @throws InvalidModelException if the template has more than 64 KiB, does not parse, uses an unknown filter, test
     *     or function, does not finish within the limits of a rendering, or alters the text of messages
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
            throw source.fault(Fault.UNSUPPORTED, "cannot be used: " + quoted(e), e);
        }
    }

    /**
     * Renders two harmless conversations, so that an unusable template fails at load rather than at the first request.
     */
    private void rehearse(TemplateSource source) {
        ChatMessage question = ChatMessage.user("Is it late?");
        List<Prompt.Chat> conversations = List.of(
                new Prompt.Chat(List.of(question)),
                new Prompt.Chat(
                        List.of(ChatMessage.system("Be brief."), question, ChatMessage.assistant("It is."), question)));
        PromptLayout layout = layout(Map.of());
        int rejected = 0;
        for (Prompt.Chat conversation : conversations) {
            try {
                String plain = layout.layPlain(conversation);
                if (!layout.lay(conversation, message -> true)
                        .map(PromptText::text)
                        .equals(Optional.of(plain))) {
                    throw source.fault(
                            Fault.UNSUPPORTED, "must keep the text of messages as it is, but alters it", null);
                }
            } catch (TemplateException.Raised e) {
                if (++rejected == conversations.size()) {
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
     * Renders a conversation up to the point where the assistant's answer begins. If the template does not support
     * tools, or writes their calls in a syntax that answers are not parsed in, the tools are described in the text of
     * messages instead.
     *
     * @throws InvalidRequestException if there are no messages, a role is not a plain word, thinking cannot be switched
     *     as requested, or the template rejects the conversation; in the last case the message quotes the template
     */
    public ChatPrompt render(Prompt.Chat chat) {
        requireUsable(chat.messages());
        requireSwitch(chat.thinking());
        PromptText prompt =
                text(toolSyntax.isPresent() ? chat : ToolPrompt.asText(chat, writesSystem), switches(chat.thinking()));
        return new ChatPrompt(prompt, answerSyntax(chat, prompt));
    }

    PromptText render(List<ChatMessage> messages) {
        return render(new Prompt.Chat(messages)).text();
    }

    /** Returns how this template writes tool calls; empty if it does not support them. */
    Optional<ToolSyntax> toolSyntax() {
        return toolSyntax;
    }

    private PromptText text(Prompt.Chat chat, Map<String, Object> switches) {
        try {
            return lay(chat, layout(switches))
                    .orElseThrow(() -> new InvalidRequestException(
                            "The chat template cannot lay out the conversation: it tears the text of a message apart"));
        } catch (TemplateException.Raised e) {
            String words = MarkedText.withoutMarked(String.valueOf(e.getMessage()));
            throw new InvalidRequestException("The chat template rejects the conversation: " + Quoted.of(words), null);
        } catch (TemplateException e) {
            throw new InvalidRequestException("The chat template cannot lay out the conversation: " + quoted(e), e);
        }
    }

    /** The message of an error, which may quote the template. */
    private static String quoted(TemplateException e) {
        return Quoted.of(String.valueOf(e.getMessage()));
    }

    private Map<String, Object> switches(Thinking thinking) {
        return thinking.mode() == Thinking.Mode.MODEL || !switchesThinking()
                ? Map.of()
                : Map.of(THINKING_SWITCH, thinking.mode() == Thinking.Mode.ON);
    }

    private void requireSwitch(Thinking thinking) {
        if (thinking.mode() == Thinking.Mode.ON && !switchesThinking()) {
            throw new InvalidRequestException(
                    "thinking cannot be switched on: the chat template does not read " + THINKING_SWITCH);
        }
        if (thinking.mode() == Thinking.Mode.OFF && !switchesThinking() && knowsThoughts()) {
            throw new InvalidRequestException(
                    "thinking cannot be switched off: the chat template does not read " + THINKING_SWITCH);
        }
    }

    /** Whether the template reads the switch for thinking. */
    boolean switchesThinking() {
        return template.reads(THINKING_SWITCH);
    }

    private boolean knowsThoughts() {
        return template.mentions(AnswerParser.CLOSE_THOUGHTS) || template.mentions(AnswerParser.OPEN_THOUGHTS);
    }

    private AnswerSyntax answerSyntax(Prompt.Chat chat, PromptText prompt) {
        Set<String> names = chat.tools().callable().stream().map(Tool::name).collect(Collectors.toSet());
        Optional<ToolSyntax> syntax =
                names.isEmpty() ? Optional.empty() : toolSyntax.or(() -> Optional.of(ToolPrompt.SYNTAX));
        return new AnswerSyntax(thoughts(prompt), syntax, names);
    }

    /**
     * If the prompt ends with the opening tag, the template has opened the thoughts itself; otherwise the model may
     * open them.
     */
    private Thoughts thoughts(PromptText prompt) {
        if (!knowsThoughts()) {
            return Thoughts.NONE;
        }
        int end = prompt.userText().stream().mapToInt(Stretch::end).max().orElse(0);
        boolean opens = prompt.text().substring(end).stripTrailing().endsWith(AnswerParser.OPEN_THOUGHTS);
        return opens ? Thoughts.OPEN : Thoughts.MAY_COME;
    }

    private PromptLayout layout(Map<String, Object> switches) {
        Map<String, Object> variables = new HashMap<>(namedTokens);
        variables.putAll(switches);
        return new PromptLayout(template, variables, LocalDateTime.now(clock));
    }

    private Optional<PromptText> lay(Prompt.Chat chat, PromptLayout layout) {
        List<ChatMessage> messages = chat.messages();
        Optional<PromptText> opaque = layout.lay(chat, message -> true);
        if (messages.stream().noneMatch(this::mayBeRead)) {
            return opaque;
        }
        Optional<String> wanted = readingAnswers(chat, layout);
        if (wanted.isEmpty() || wanted.equals(opaque.map(PromptText::text))) {
            return opaque;
        }
        return phrases.stream()
                .flatMap(phrase -> Stream.of(
                        keepAfter(phrase, messages, rest -> rest), keepAfter(phrase, messages, String::stripLeading)))
                .filter(kept -> !kept.equals(messages))
                .flatMap(kept ->
                        layout.lay(new Prompt.Chat(kept, chat.tools(), chat.thinking()), message -> true).stream())
                .filter(prompt -> prompt.text().equals(wanted.get()))
                .findFirst()
                .or(() -> opaque);
    }

    /**
     * Returns the prompt that results if the template may read the answers; empty if it then rejects the conversation.
     */
    private static Optional<String> readingAnswers(Prompt.Chat chat, PromptLayout layout) {
        try {
            return layout.lay(chat, message -> !isAnswer(message)).map(PromptText::text);
        } catch (TemplateException.Raised e) {
            return Optional.empty();
        }
    }

    /** Whether this is an answer that contains a phrase that the template may look for. */
    private boolean mayBeRead(ChatMessage message) {
        return isAnswer(message)
                && phrases.stream().anyMatch(message.text()::contains)
                && !MarkedText.hasMarks(message.text());
    }

    /** Returns the messages, with each answer cut down to the text after the last occurrence of the phrase. */
    private static List<ChatMessage> keepAfter(String phrase, List<ChatMessage> messages, UnaryOperator<String> trim) {
        return messages.stream()
                .map(message -> isAnswer(message) && message.text().contains(phrase)
                        ? message.withText(trim.apply(after(phrase, message.text())))
                        : message)
                .toList();
    }

    private static String after(String phrase, String text) {
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

    /** A role passes through the template unmarked, so it must not be able to spell a control token. */
    private static boolean isWord(String role) {
        return !role.isEmpty()
                && role.length() <= MAX_ROLE_LENGTH
                && role.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-'));
    }
}
