package dev.tidar;

import dev.tidar.api.Answer;
import dev.tidar.api.AnswerFormat;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Prompt;
import dev.tidar.api.TidarException;
import dev.tidar.api.TokenChunk;
import dev.tidar.api.Tool;
import dev.tidar.api.ToolCall;
import dev.tidar.api.ToolCallAtLimitException;
import dev.tidar.api.Tools;
import dev.tidar.api.Tools.AtLimit;
import dev.tidar.api.Tools.Choice;
import dev.tidar.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/**
 * Engines whose models want to pay 125000 to Anna Bergstrom, one for each family of models. One request runs at a time.
 */
final class PayingModels implements AutoCloseable {

    static final Tool PAY = new Tool("pay", "Pays.", """
            {"type": "object", "properties": {"to": {"type": "string"}, "cents": {"type": "integer"}, "note": {"type": "string"}},
             "required": ["to", "cents"], "additionalProperties": false}""");
    static final String ARGUMENTS = "{\"to\":\"Anna Bergstrom\",\"cents\":125000}";
    static final String VALUE = "{\"to\": \"Anna Bergstrom\", \"cents\": 125000}";
    static final AnswerFormat PAYMENT = new AnswerFormat.JsonSchema(PAY.parameters());

    /** How a family of models writes a call. */
    enum Family {
        HERMES("<tool_call>\n{\"name\": \"pay\", \"arguments\": " + VALUE + "}\n</tool_call>", ""),
        HERMES_WITH_TAGS_AS_TOKENS(HERMES.call, ""),
        LLAMA("{\"name\": \"pay\", \"parameters\": " + VALUE + "}", "{\"name\": \"%s\", \"parameters\": %s}"),
        LLAMA_WITH_A_TAG("<|python_tag|>" + LLAMA.call, LLAMA.template),
        MISTRAL(
                "[TOOL_CALLS][{\"name\": \"pay\", \"arguments\": " + VALUE + "}]",
                "[TOOL_CALLS][{\"name\": \"%s\", \"arguments\": %s}]");

        final String call;
        private final String template;

        Family(String call, String template) {
            this.call = call;
            this.template = template;
        }

        /** A chat template; one that knows no tools is that of Hermes. */
        String template() {
            String message = template.isEmpty()
                    ? "{{ message.content }}"
                    : "{% if message.tool_calls %}"
                            + template.formatted(
                                    "{{ message.tool_calls[0].function.name }}",
                                    "{{ message.tool_calls[0].function.arguments | tojson }}")
                            + "{% else %}{{ message.content }}{% endif %}";
            return (template.isEmpty() ? "" : "{% if tools %}{{ tools | tojson }}{% endif %}")
                    + "{% for message in messages %}" + message + "{% endfor %}" + ScriptedModel.ANSWER;
        }
    }

    /** An engine and the model in it. */
    record Loaded(TidarEngine engine, ScriptedModel model) {}

    /** What came of a request: a result or a failure, and the parts that were streamed. */
    record Outcome(Optional<GenerationResult> result, Optional<TidarException> failure, Answer streamed) {

        Answer answer() {
            return result.orElseThrow().answer();
        }

        List<String> calls() {
            return streamed.toolCalls().stream().map(ToolCall::arguments).toList();
        }
    }

    private final Map<Family, Loaded> engines = new EnumMap<>(Family.class);
    private final Loaded thinker;

    PayingModels(Path temp) throws IOException {
        for (Family family : Family.values()) {
            Path folder = temp.resolve(family.name());
            ChatFolder.write(folder, "");
            if (family == Family.HERMES_WITH_TAGS_AS_TOKENS) {
                ChatFolder.rename(folder, Map.of(ChatFolder.OPEN, "<tool_call>", ChatFolder.CLOSE, "</tool_call>"));
            }
            engines.put(family, load(folder, family.template()));
        }
        Path folder = temp.resolve("thinker");
        ChatFolder.write(folder, "");
        thinker = load(folder, Family.HERMES.template() + "{% if enable_thinking %}<think>{% endif %}");
    }

    Loaded of(Family family) {
        return Optional.ofNullable(engines.get(family)).orElseThrow();
    }

    /** A model of Hermes that may think before it answers. */
    Loaded thinker() {
        return thinker;
    }

    @Override
    public void close() {
        engines.values().forEach(loaded -> loaded.engine.close());
        thinker.engine.close();
    }

    private static Loaded load(Path folder, String template) throws IOException {
        Files.writeString(folder.resolve("chat_template.jinja"), template);
        {
            Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
            ScriptedModel model = new ScriptedModel(tokenizer);
            TidarEngine engine = TidarEngine.load(
                    EngineOptions.builder(folder).threads(1).build(), System::nanoTime, network -> model);
            return new Loaded(engine, model);
        }
    }

    static Tools tools(Choice choice) {
        return Tools.of(PAY).withChoice(choice);
    }

    /** Tokens of the script up to the last brace or bracket of the call. */
    static int endOfJson(Loaded loaded, Family family, String lead) {
        String call = family == Family.LLAMA_WITH_A_TAG && lead.isEmpty() ? Family.LLAMA.call : family.call;
        int end = Math.max(call.lastIndexOf('}'), call.lastIndexOf(']')) + 1;
        List<Integer> before = loaded.model.write(lead + call.substring(0, end));
        loaded.model.write(lead + call);
        return before.size() - 1;
    }

    /** The smallest number of tokens with which a required call is not rejected. */
    static int shortest(Loaded loaded, Choice choice, AtLimit atLimit) throws InterruptedException {
        int n = 10;
        while (true) {
            try {
                loaded.engine
                        .submit(
                                request(
                                        new Prompt.Chat(List.of(ChatMessage.user("Pay."))),
                                        tools(choice).withAtLimit(atLimit),
                                        n,
                                        DecodeMode.AUTOREGRESSIVE),
                                GenerationListener.NONE)
                        .await();
                return n;
            } catch (InvalidRequestException e) {
                n++;
            } catch (ToolCallAtLimitException e) {
                return n;
            }
        }
    }

    static GenerationRequest request(Prompt.Chat chat, Tools tools, int maxTokens, DecodeMode mode) {
        return GenerationRequest.builder(chat.withTools(tools))
                .maxTokens(maxTokens)
                .decoding(Decoding.of(mode))
                .build();
    }

    static Outcome run(Loaded loaded, Tools tools, int maxTokens, DecodeMode mode) throws InterruptedException {
        return run(loaded, tools, Optional.empty(), maxTokens, mode);
    }

    static Outcome run(Loaded loaded, Tools tools, Optional<AnswerFormat> format, int maxTokens, DecodeMode mode)
            throws InterruptedException {
        Prompt.Chat chat = new Prompt.Chat(List.of(ChatMessage.user("Pay."))).withTools(tools);
        UnaryOperator<GenerationRequest.Builder> formatted =
                request -> format.map(request::format).orElse(request);
        return run(
                loaded,
                formatted
                        .apply(GenerationRequest.builder(chat)
                                .maxTokens(maxTokens)
                                .decoding(Decoding.of(mode)))
                        .build());
    }

    static Outcome run(Loaded loaded, GenerationRequest request) throws InterruptedException {
        List<Answer.Part> streamed = new CopyOnWriteArrayList<>();
        GenerationListener listener = new GenerationListener() {
            @Override
            public void onChunk(TokenChunk chunk) {
                streamed.addAll(chunk.parts());
            }
        };
        try {
            GenerationResult result = loaded.engine.submit(request, listener).await();
            return new Outcome(Optional.of(result), Optional.empty(), Answer.of(streamed));
        } catch (ToolCallAtLimitException e) {
            return new Outcome(Optional.empty(), Optional.of(e), Answer.of(streamed));
        }
    }
}
