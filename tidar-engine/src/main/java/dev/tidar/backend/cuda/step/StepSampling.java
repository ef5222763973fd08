package dev.tidar.backend.cuda.step;

import dev.tidar.sampling.Filters;
import dev.tidar.sampling.LogitBias;
import dev.tidar.sampling.Penalties;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.Pass;
import dev.tidar.step.StepInputs;
import dev.tidar.tensor.Ids;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;

/**
 * The sampling parameters of each row of a step, as they are stored in the step block: {@code StepSampling[samples] |
 * StepSampling[drafts] | lists...}, declared in {@code step.cuh}. Rows that share a list share its bytes, so a step of
 * K verify rows sends one history.
 */
final class StepSampling {

    static final int ROW_BYTES = 112;
    static final StepSampling NONE = new StepSampling(List.of(), List.of());

    /** The smallest size of the section; it doubles from there, so that few graphs serve all lists. */
    private static final int MIN_BYTES = 1 << 12;

    private final List<RowSampling> verify;
    private final List<RowSampling> draft;
    private final IdentityHashMap<Object, Placed> lists = new IdentityHashMap<>();
    private int end;

    /** A list: where it begins in the section, in bytes, and how it is written there. */
    private record Placed(int at, Consumer<ByteBuffer> writing) {}

    private StepSampling(List<RowSampling> verify, List<RowSampling> draft) {
        this.verify = verify;
        this.draft = draft;
        end = (verify.size() + draft.size()) * ROW_BYTES;
        verify.forEach(this::place);
        draft.forEach(this::place);
    }

    /** The section for all rows; NONE where all rows have only temperature and seed. */
    static StepSampling of(StepInputs inputs) {
        return inputs.isPlain() ? NONE : new StepSampling(inputs.samplings(Pass.VERIFY), inputs.samplings(Pass.DRAFT));
    }

    boolean isEmpty() {
        return verify.isEmpty() && draft.isEmpty();
    }

    /** The number of bytes of the section, its lists and the room after them included. */
    int room() {
        return isEmpty() ? 0 : Math.max(MIN_BYTES, Integer.highestOneBit(end - 1) << 1);
    }

    /** Where the rows of a pass begin in the section, in bytes. */
    int first(Pass pass) {
        return switch (pass) {
            case VERIFY -> 0;
            case DRAFT -> verify.size() * ROW_BYTES;
        };
    }

    private void place(RowSampling row) {
        LogitBias bias = row.params().bias();
        int[] banned = row.params().banned().ids();
        place(bias, bias.ids().length * 2, to -> {
            for (int i = 0; i < bias.ids().length; i++) {
                to.putInt(bias.ids()[i]).putFloat(bias.values()[i]);
            }
        });
        place(banned, banned.length, to -> to.asIntBuffer().put(banned));
        place(row.history());
        place(row.since());
        place(row.allowed(), row.allowed().length * 2, to -> {
            for (long word : row.allowed()) {
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

    /** Writes the section, which begins at a position of the buffer. */
    void write(ByteBuffer to, int section) {
        to.position(section);
        verify.forEach(row -> write(to, row));
        draft.forEach(row -> write(to, row));
        for (Placed list : lists.values()) {
            to.position(section + list.at());
            list.writing().accept(to);
        }
    }

    private void write(ByteBuffer to, RowSampling row) {
        SamplingParams params = row.params();
        Filters filters = params.filters();
        Penalties penalties = params.penalties();
        to.putLong(params.seed()).putFloat(params.temperature()).putFloat(1 / params.temperature());
        to.putDouble(filters.topP()).putDouble(filters.typicalP());
        to.putInt(filters.topK()).putFloat(filters.farthest());
        to.putFloat(penalties.repetition()).putFloat(penalties.frequency()).putFloat(penalties.presence());
        to.putInt(row.isPlain() ? 1 : 0);
        writePlace(to, params.bias(), params.bias().ids().length);
        writePlace(to, row.history(), row.history().ids().length);
        writePlace(to, row.since(), row.since().ids().length);
        writePlace(to, params.banned().ids(), params.banned().ids().length);
        to.putInt(params.banned().before());
        writePlace(to, row.allowed(), row.allowed().length * 2);
        to.putInt(row.logProbs().orElse(Ids.NONE)).putLong(0);
    }

    /** Writes where a list begins, in words, and its length. */
    private void writePlace(ByteBuffer to, Object list, int length) {
        Placed placed = lists.get(list);
        to.putInt(placed == null ? 0 : placed.at() / Integer.BYTES).putInt(length);
    }
}
