package dev.tidar.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.Answer;
import dev.tidar.api.FinishReason;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationResult;
import dev.tidar.api.Limits;
import dev.tidar.api.TokenChunk;
import dev.tidar.api.ToolCall;
import dev.tidar.auto.AdaptiveLayouts;
import dev.tidar.auto.AdaptiveLayouts.Measured;
import dev.tidar.auto.PassTimes;
import dev.tidar.decode.DecodeRequest;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.emission.AnswerStream;
import dev.tidar.emission.LimitRule;
import dev.tidar.emission.StopRule;
import dev.tidar.kvcache.BlockPool;
import dev.tidar.kvcache.KvCache;
import dev.tidar.model.TidarModel;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.step.StepResult;
import dev.tidar.text.answer.AnswerParser;
import dev.tidar.text.answer.AnswerSyntax;
import dev.tidar.text.answer.AnswerSyntax.Thoughts;
import dev.tidar.text.answer.ToolSyntax;
import dev.tidar.text.tokenizer.PromptText;
import dev.tidar.text.tokenizer.Tokenizer;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** From tokens to parts, through the engine. The model says what the test has it say, a token a step. */
@DisplayName("An answer of the engine")
class AnswerPartsTest {

    private static final String CALL =
            "<tool_call>\n{\"name\": \"time\", \"arguments\": {\"in\": \"Rome\"}}\n</tool_call>";
    private static final String END = "<|im_end|>";

    private final Tokenizer tokenizer = load();
    private final List<TokenChunk> chunks = new CopyOnWriteArrayList<>();

    @Test
    void isTakenApartAndEndsForItsToolCalls() throws Exception {
        GenerationResult result = say("<think>\nhm\n</think>\n\nLet me see.\n" + CALL + END, 100, Set.of());

        assertThat(result.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(result.answer().reasoning()).isEqualTo("hm");
        assertThat(result.answer().text()).isEqualTo("Let me see.");
        assertThat(result.answer().toolCalls())
                .extracting(ToolCall::name, ToolCall::arguments)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("time", "{\"in\":\"Rome\"}"));
        assertThat(result.text()).as("raw").endsWith("</tool_call>");
    }

    @Test
    void comesInPartsThatMakeUpItsResult() throws Exception {
        GenerationResult result = say("<think>hm</think> Let me see. " + CALL + END, 100, Set.of());

        assertThat(Answer.of(chunks.stream().flatMap(c -> c.parts().stream()).toList()))
                .isEqualTo(result.answer());
        assertThat(chunks).as("one by one").hasSizeGreaterThan(10);
    }

    @Test
    void makesNeitherACallNorTextOfACallThatTheTokenLimitCutsOff() throws Exception {
        GenerationResult result = say("Let me see.\n" + CALL + END, 14, Set.of());

        assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(result.text()).as("raw").contains("<tool_call>\n{\"");
        assertThat(result.answer()).isEqualTo(Answer.ofText("Let me see."));
        assertThat(Answer.of(chunks.stream().flatMap(c -> c.parts().stream()).toList()))
                .isEqualTo(result.answer());
    }

    @Test
    void showsAControlTokenThatIsATagOfItsFormat() throws Exception {
        GenerationResult hidden = say("<|im_start|>a" + END, 100, Set.of());
        GenerationResult shown = say("<|im_start|>a" + END, 100, Set.of("<|im_start|>"));

        assertThat(hidden.text()).isEqualTo("a");
        assertThat(shown.text()).isEqualTo("<|im_start|>a");
    }

    private GenerationResult say(String text, int maxTokens, Set<String> shown) throws InterruptedException {
        int[] script = tokenizer.encode(PromptText.trusted(text));
        AnswerSyntax format = new AnswerSyntax(Thoughts.MAY_COME, Optional.of(ToolSyntax.HERMES), Set.of("time"));
        EngineLoop loop = loop(script);
        try {
            return loop.submit(
                            new Admission(
                                    new DecodeRequest(List.of(1, 2), SamplingParams.GREEDY, maxTokens, 2000),
                                    Optional.empty(),
                                    "",
                                    () -> new AnswerStream(
                                            new StopRule(
                                                    Set.of(tokenizer.idOf(END).orElseThrow()), List.of(), 0),
                                            Optional.of(tokenizer.detokenizer(shown)),
                                            new AnswerParser(format, 1),
                                            LimitRule.CUTS),
                                    () -> LayoutChoice.fixed(StepLayout.AUTOREGRESSIVE)),
                            new GenerationListener() {
                                @Override
                                public void onChunk(TokenChunk chunk) {
                                    chunks.add(chunk);
                                }
                            })
                    .await();
        } finally {
            loop.close();
        }
    }

    private static EngineLoop loop(int[] script) {
        int[] forwards = {0};
        TidarModel model =
                inputs -> new StepResult(List.of(new StepResult.Outcome(List.of(script[forwards[0]++]), List.of())));
        Engine engine = new Engine(
                model,
                0,
                new KvCache(new BlockPool(64), 16),
                new AdaptiveLayouts(
                        new PassTimes(Map.of(1, 1L), 1), List.of(new Measured(StepLayout.AUTOREGRESSIVE, 1))),
                64,
                64,
                () -> {});
        EngineLoop loop = new EngineLoop(
                () -> engine,
                Limits.builder().maxQueued(4).maxRunning(1).build(),
                LoopBench::threads,
                System::nanoTime);
        loop.awaitLoaded();
        return loop;
    }

    private static Tokenizer load() {
        try {
            return Tokenizer.load(Path.of(AnswerPartsTest.class
                            .getResource("/models/qwen3-tokenizer")
                            .toURI()))
                    .orElseThrow();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
