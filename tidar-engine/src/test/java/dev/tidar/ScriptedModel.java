package dev.tidar;

import dev.tidar.model.TidarModel;
import dev.tidar.sampling.RowSampling;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepResult.Outcome;
import dev.tidar.step.StepRows;
import dev.tidar.step.Verification;
import dev.tidar.step.VerifyPlan;
import dev.tidar.text.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network for one request at a time that wants to write a script, token by token. Where the mask of a row excludes
 * what it wants, it takes the first token that is left, and any from then on. It drafts the script as well, with some
 * tokens wrong.
 */
final class ScriptedModel implements TidarModel {

    /** Stands before the answer; the chat template has to write it. */
    static final String ANSWER = "#answer#";

    private static final int WRONG_DRAFT_EVERY = 5;

    private final byte[][] bytes;
    private final int end;
    private final Map<String, Integer> named;
    private final Map<Byte, Integer> byteTokens = new HashMap<>();
    private final int[] history = new int[ChatFolder.CONTEXT_LENGTH + 64];
    private volatile List<Integer> script = List.of();

    ScriptedModel(Tokenizer tokenizer) {
        this.bytes = tokenizer.tokenBytes();
        this.end = tokenizer.idOf("</s>").orElseThrow();
        this.named = tokenizer.addedTokens();
        for (int id = 0; id < bytes.length; id++) {
            if (bytes[id].length == 1) {
                byteTokens.putIfAbsent(bytes[id][0], id);
            }
        }
    }

    /** Wants to write this text from now on: a token for each byte, and one for each name of a token. */
    List<Integer> write(String text) {
        List<Integer> ids = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            String rest = text.substring(at);
            String name = named.keySet().stream().filter(rest::startsWith).findFirst().orElse("");
            ids.add(name.isEmpty() ? byteTokens.get((byte) text.charAt(at)) : named.get(name));
            at += Math.max(1, name.length());
        }
        ids.add(end);
        script = List.copyOf(ids);
        return script;
    }

    @Override
    public StepResult step(StepInputs inputs) {
        StepRows rows = inputs.rows();
        for (int row = 0; row < rows.counts().exact(); row++) {
            history[rows.position(row)] = rows.token(row);
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (int s = 0; s < rows.numSequences(); s++) {
            outcomes.add(outcome(inputs, inputs.plans().get(s)));
        }
        return new StepResult(outcomes);
    }

    private Outcome outcome(StepInputs inputs, VerifyPlan plan) {
        StepRows rows = inputs.rows();
        int[] sampled = new int[inputs.numSamples()];
        for (int j = 0; j < plan.verifyRows(); j++) {
            int seen = rows.visible(plan.firstRow() + j);
            sampled[plan.firstSample() + j] =
                    allowed(inputs.verifySamplings().get(plan.firstSample() + j), wanted(seen));
        }
        int kept = Verification.kept(sampled, plan, rows);
        List<Integer> emitted = new ArrayList<>();
        for (int j = 0; j < kept; j++) {
            emitted.add(sampled[plan.firstSample() + j]);
        }
        List<Integer> drafts = new ArrayList<>();
        for (int slot = 1; plan.group(kept) >= 0 && slot < plan.draftLength(); slot++) {
            int position = rows.sampledPosition(plan.group(kept) + slot);
            int at = position - start(position);
            boolean isRight = at >= 0 && at < script.size() && at % WRONG_DRAFT_EVERY != 0;
            drafts.add(isRight ? script.get(at) : end);
        }
        return new Outcome(emitted, drafts);
    }

    /** The next token of the script; the end of the answer where the answer is not the script. */
    private int wanted(int seen) {
        int start = start(seen);
        int said = seen - start;
        if (start < 0 || said >= script.size()) {
            return end;
        }
        List<Integer> answer = Arrays.stream(history, start, seen).boxed().toList();
        return answer.equals(script.subList(0, said)) ? script.get(said) : end;
    }

    /** Position of the first token of the answer; negative if there is none. */
    private int start(int seen) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int position = 0; position < seen; position++) {
            text.writeBytes(bytes[history[position]]);
            if (text.toString(StandardCharsets.ISO_8859_1).endsWith(ANSWER)) {
                return position + 1;
            }
        }
        return -1;
    }

    private static int allowed(RowSampling row, int wanted) {
        long[] words = row.allowed();
        if (words.length == 0 || (wanted >> 6) < words.length && (words[wanted >> 6] & 1L << wanted) != 0) {
            return wanted;
        }
        int word = 0;
        while (words[word] == 0) {
            word++;
        }
        return word * 64 + Long.numberOfTrailingZeros(words[word]);
    }
}
