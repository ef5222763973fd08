package dev.tidar;

import dev.tidar.model.TidarModel;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepResult;
import dev.tidar.step.StepResult.Outcome;
import dev.tidar.step.StepRows;
import dev.tidar.step.Verification;
import dev.tidar.step.VerifyPlan;
import dev.tidar.text.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
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

    private static final int BLOCK_TOKENS = 16;
    private static final int WRONG_DRAFT_EVERY = 5;

    private final byte[][] bytes;
    private final int end;
    private final Map<String, Integer> named;
    private final Map<Byte, Integer> byteTokens = new HashMap<>();
    private final Map<Integer, Integer> memory = new HashMap<>();
    private int start = -1;
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
            String name =
                    named.keySet().stream().filter(rest::startsWith).findFirst().orElse("");
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
            memory.put(slot(rows, rows.sequence(row), rows.position(row)), rows.token(row));
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (int s = 0; s < rows.numSequences(); s++) {
            outcomes.add(outcome(inputs, s, inputs.plans().get(s)));
        }
        return new StepResult(outcomes);
    }

    private Outcome outcome(StepInputs inputs, int sequence, VerifyPlan plan) {
        StepRows rows = inputs.rows();
        int[] sampled = new int[inputs.numSamples()];
        for (int j = 0; j < plan.verifyRows(); j++) {
            int seen = rows.visible(plan.firstRow() + j);
            sampled[plan.firstSample() + j] = allowed(
                    inputs.verifySamplings().get(plan.firstSample() + j).allowed(), wanted(rows, sequence, seen));
        }
        int kept = Verification.kept(sampled, plan, rows);
        List<Integer> emitted = new ArrayList<>();
        for (int j = 0; j < kept; j++) {
            emitted.add(sampled[plan.firstSample() + j]);
        }
        List<Integer> drafts = new ArrayList<>();
        for (int slot = 1; plan.group(kept) >= 0 && slot < plan.draftLength(); slot++) {
            int at = rows.sampledPosition(plan.group(kept) + slot) - start;
            boolean isRight = start >= 0 && at < script.size() && at % WRONG_DRAFT_EVERY != 0;
            drafts.add(isRight ? script.get(at) : end);
        }
        return new Outcome(emitted, drafts);
    }

    /** The next token of the script; the end of the answer where the answer is not the script. */
    private int wanted(StepRows rows, int sequence, int seen) {
        List<Integer> tokens = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        start = -1;
        for (int position = 0; position < seen; position++) {
            tokens.add(memory.getOrDefault(slot(rows, sequence, position), end));
            text.append(new String(bytes[tokens.get(position)], StandardCharsets.ISO_8859_1));
            if (start < 0
                    && text.substring(Math.max(0, text.length() - ANSWER.length()))
                            .equals(ANSWER)) {
                start = position + 1;
            }
        }
        boolean isScript = start >= 0
                && seen - start < script.size()
                && tokens.subList(start, seen).equals(script.subList(0, seen - start));
        return isScript ? script.get(seen - start) : end;
    }

    private static int slot(StepRows rows, int sequence, int position) {
        return rows.block(sequence, position / BLOCK_TOKENS) * BLOCK_TOKENS + position % BLOCK_TOKENS;
    }

    private static int allowed(long[] mask, int wanted) {
        BitSet allowed = BitSet.valueOf(mask);
        return mask.length == 0 || allowed.get(wanted) ? wanted : allowed.nextSetBit(0);
    }
}
