package dev.tidar.backend.cuda;

import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.StepInputs;
import dev.tidar.tensor.Ids;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;

/**
 * How each row of a step is sampled, as the step block has it: {@code StepRule[verify rows] | StepRule[drafts] |
 * lists...}, declared in {@code step.cuh}. Rows that share a list share its bytes, so a step of K verify rows sends one
 * history.
 */
final class StepRules {

    static final int RULE_BYTES = 112;
    static final StepRules NONE = new StepRules(List.of(), List.of());

    /** A section has so many bytes at least, else twice as many, and so on, so that few graphs serve all rules. */
    private static final int MIN_BYTES = 1 << 12;

    private final List<RowSampling> verify;
    private final List<RowSampling> draft;
    private final IdentityHashMap<Object, Placed> lists = new IdentityHashMap<>();
    private int end;

    /** A list, where it stands in the section in bytes, and how it is written there. */
    private record Placed(int at, Consumer<ByteBuffer> writing) {}

    private StepRules(List<RowSampling> verify, List<RowSampling> draft) {
        this.verify = verify;
        this.draft = draft;
        end = (verify.size() + draft.size()) * RULE_BYTES;
        verify.forEach(this::place);
        draft.forEach(this::place);
    }

    /** Those of a step; NONE where temperature and seed are all that its rows ask for. */
    static StepRules of(StepInputs inputs) {
        return inputs.isPlain() ? NONE : new StepRules(inputs.verifyRules(), inputs.draftRules());
    }

    /** Those of one sample. */
    static StepRules of(List<RowSampling> rules) {
        return new StepRules(rules, List.of());
    }

    boolean isEmpty() {
        return verify.isEmpty() && draft.isEmpty();
    }

    /** Bytes of the section and the room after it. */
    int room() {
        return isEmpty() ? 0 : Math.max(MIN_BYTES, Integer.highestOneBit(end - 1) << 1);
    }

    /** Where the rules of one sample begin, in bytes; the lists are those that the step was made of. */
    int first(List<RowSampling> rules) {
        if (rules == verify) {
            return 0;
        }
        if (rules == draft) {
            return verify.size() * RULE_BYTES;
        }
        throw new IllegalStateException("a step must pick by the rules that it is given");
    }

    private void place(RowSampling rule) {
        LogitBias bias = rule.params().bias();
        int[] banned = rule.params().banned().ids();
        place(bias, bias.ids().length * 2, to -> {
            for (int i = 0; i < bias.ids().length; i++) {
                to.putInt(bias.ids()[i]).putFloat(bias.values()[i]);
            }
        });
        place(banned, banned.length, to -> to.asIntBuffer().put(banned));
        place(rule.history());
        place(rule.since());
        place(rule.allowed(), rule.allowed().length * 2, to -> {
            for (long word : rule.allowed()) {
                to.putInt((int) word).putInt((int) (word >>> 32));
            }
        });
    }

    private void place(TokenCounts counts) {
        place(counts, counts.ids().length * 2, to -> {
            for (int i = 0; i < counts.ids().length; i++) {
                to.putInt(counts.ids()[i]).putInt(counts.inAnswer()[i]);
            }
        });
    }

    private void place(Object list, int words, Consumer<ByteBuffer> writing) {
        if (words > 0 && !lists.containsKey(list)) {
            lists.put(list, new Placed(end, writing));
            end = Math.addExact(end, words * Integer.BYTES);
        }
    }

    /** Writes the section. */
    void write(ByteBuffer to, int section) {
        to.position(section);
        verify.forEach(rule -> write(to, rule));
        draft.forEach(rule -> write(to, rule));
        for (Placed list : lists.values()) {
            to.position(section + list.at());
            list.writing().accept(to);
        }
    }

    private void write(ByteBuffer to, RowSampling rule) {
        SamplingParams params = rule.params();
        Filters filters = params.filters();
        Penalties penalties = params.penalties();
        to.putLong(params.seed()).putFloat(params.temperature()).putFloat(1 / params.temperature());
        to.putDouble(filters.topP()).putDouble(filters.typicalP());
        to.putInt(filters.topK()).putFloat(filters.farthest());
        to.putFloat(penalties.repetition()).putFloat(penalties.frequency()).putFloat(penalties.presence());
        to.putInt(rule.isPlain() ? 1 : 0);
        writePlace(to, params.bias(), params.bias().ids().length);
        writePlace(to, rule.history(), rule.history().ids().length);
        writePlace(to, rule.since(), rule.since().ids().length);
        writePlace(to, params.banned().ids(), params.banned().ids().length);
        to.putInt(params.banned().before());
        writePlace(to, rule.allowed(), rule.allowed().length * 2);
        to.putInt(rule.logProbs().orElse(Ids.NONE)).putLong(0);
    }

    /** Where a list begins, in words, and its length. */
    private void writePlace(ByteBuffer to, Object list, int length) {
        Placed placed = lists.get(list);
        to.putInt(placed == null ? 0 : placed.at() / Integer.BYTES).putInt(length);
    }
}
