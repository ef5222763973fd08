package dev.tidar;

import dev.tidar.api.EngineOptions;
import dev.tidar.model.TidarModel;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepRows;
import dev.tidar.step.Verification;
import dev.tidar.step.VerifyPlan;
import dev.tidar.text.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A whole engine with a script in place of the network: chat template, tokenizer, scheduling, cache, grammar and
 * parsing are those of the product, and only the language is not the model's. Answers come byte by byte, so what it
 * serves must have byte tokens.
 */
public final class ScriptedEngine {

    /** Stands before the answer; the chat template of the model has to write it. */
    public static final String ANSWER = "<|answer|>";

    private static final int BLOCK_TOKENS = 16;

    private ScriptedEngine() {}

    /**
     * Loads a model whose answers are made up.
     *
     * @param script what to answer to a prompt, as the chat template has laid it out
     */
    public static TidarEngine load(Path folder, UnaryOperator<String> script) {
        Tokenizer tokenizer = Tokenizer.load(folder).orElseThrow();
        byte[][] bytes = tokenizer.tokenBytes();
        int end = tokenizer.idOf("</s>").orElseThrow();
        return TidarEngine.load(
                EngineOptions.builder(folder).threads(1).build(),
                System::nanoTime,
                network -> new Script(bytes, end, script));
    }

    /** Remembers the exact rows in their blocks, and goes on with the script after what it sees there. */
    private static final class Script implements TidarModel {

        private final byte[][] bytes;
        private final int end;
        private final UnaryOperator<String> script;
        private final Map<Integer, Integer> byteTokens = new HashMap<>();
        private final Map<Integer, Integer> memory = new HashMap<>();
        private final Map<String, String> answers = new HashMap<>();

        Script(byte[][] bytes, int end, UnaryOperator<String> script) {
            this.bytes = bytes;
            this.end = end;
            this.script = script;
            for (int id = 0; id < bytes.length; id++) {
                if (bytes[id].length == 1) {
                    byteTokens.put((int) bytes[id][0], id);
                }
            }
        }

        @Override
        public StepResult step(StepInputs inputs) {
            StepRows rows = inputs.rows();
            for (int row = 0; row < rows.counts().exact(); row++) {
                memory.put(slot(rows, rows.sequence(row), rows.position(row)), rows.token(row));
            }
            List<StepResult.Outcome> results = new ArrayList<>();
            for (int s = 0; s < rows.numSequences(); s++) {
                results.add(result(rows, s, inputs.plans().get(s), inputs.numSamples()));
            }
            return new StepResult(results);
        }

        private StepResult.Outcome result(StepRows rows, int sequence, VerifyPlan plan, int numSamples) {
            int[] sampled = new int[numSamples];
            for (int j = 0; j < plan.verifyRows(); j++) {
                sampled[plan.firstSample() + j] = next(rows, sequence, rows.visible(plan.firstRow() + j));
            }
            int kept = Verification.kept(sampled, plan, rows);
            List<Integer> emitted = new ArrayList<>();
            for (int j = 0; j < kept; j++) {
                emitted.add(sampled[plan.firstSample() + j]);
            }
            return new StepResult.Outcome(emitted, List.of());
        }

        private int next(StepRows rows, int sequence, int seen) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            for (int position = 0; position < seen; position++) {
                text.writeBytes(bytes[memory.get(slot(rows, sequence, position))]);
            }
            String all = text.toString(StandardCharsets.ISO_8859_1); // a character for each byte
            int asked = all.lastIndexOf(ANSWER);
            if (asked < 0) {
                return end; // the engine measures its layouts
            }
            int begin = asked + ANSWER.length();
            String answer = answers.computeIfAbsent(
                    all.substring(0, begin),
                    prompt -> utf8AsBytes(script.apply(
                            new String(prompt.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))));
            int said = all.length() - begin;
            return said < answer.length() ? byteTokens.get((int) (byte) answer.charAt(said)) : end;
        }

        private static String utf8AsBytes(String text) {
            return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }

        private static int slot(StepRows rows, int sequence, int position) {
            return rows.block(sequence, position / BLOCK_TOKENS) * BLOCK_TOKENS + position % BLOCK_TOKENS;
        }
    }
}
