package dev.tidar.backend;

import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.RowSampling;
import dev.tidar.step.RowCounts;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.MatrixSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** Checks the arguments of verbs; a wrong one throws an {@link IllegalArgumentException}. */
final class Arguments {

    private Arguments() {}

    /** Requires that matrices which are stacked have the same inputs. */
    static void requireStack(List<LinearSource> stacked) {
        require(!stacked.isEmpty(), "stacked must have a source, but has none");
        MatrixSource first = stacked.get(0).weight();
        for (LinearSource source : stacked) {
            require(
                    source.weight().columns() == first.columns(),
                    "%s must have %d columns like %s, but has %d",
                    source.weight().name(),
                    first.columns(),
                    first.name(),
                    source.weight().columns());
        }
    }

    /** Requires that both halves of a gated matrix have the same shape. */
    static void requirePair(LinearSource gate, LinearSource up) {
        require(
                up.weight().rows() == gate.weight().rows()
                        && up.weight().columns() == gate.weight().columns(),
                "%s [%d, %d] must have the shape of %s [%d, %d]",
                up.weight().name(),
                up.weight().rows(),
                up.weight().columns(),
                gate.weight().name(),
                gate.weight().rows(),
                gate.weight().columns());
    }

    static void requireEmbed(Tensor y, Linear table, float factor, StepRows rows) {
        require(Float.isFinite(factor), "factor must be finite, but is %s", factor);
        requireShape("y", y, rows.counts().total(), table.inputs());
        requireUngated("table", table);
        for (int row = 0; row < rows.counts().total(); row++) {
            requireIndex("token", rows.token(row), table.outputs());
        }
    }

    static void requireNorm(Tensor y, Tensor x, Gain gain, int rows) {
        requireShape("y", y, rows, gain.length());
        requireShape("x", x, rows, gain.length());
    }

    static void requireMix(Tensor y, Tensor x, Ids rows, StepInputs inputs) {
        requireShape("y", y, inputs.numSamples(), x.columns());
        requireShape("x", x, inputs.numSamples(), y.columns());
        requireRowNumbers(rows, inputs.numSamples());
    }

    static void requireRowNumbers(Ids rows, int count) {
        require(
                count <= rows.capacity(),
                "rows must have room for %d numbers, but have it for %d",
                count,
                rows.capacity());
    }

    static void requireGather(Tensor y, Tensor x, Ids rows, int count) {
        requireShape("y", y, count, x.columns());
        requireRowNumbers(rows, count);
    }

    static void requireBanned(int[] tokenIds) {
        for (int id : tokenIds) {
            require(id >= 0, "banned ids must not be negative, but one is %d", id);
        }
    }

    /** Requires ids that can be written or read. */
    static void requireIds(Ids ids, int count) {
        require(
                count >= 0 && count <= ids.capacity(),
                "ids must have room for %d, but have it for %d",
                count,
                ids.capacity());
    }

    static void requireProduct(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireShape("y", y, rows.total(), w.outputs());
        requireShape("x", x, rows.total(), w.inputs());
        require(y != x, "y must not be x");
    }

    static void requireGated(String name, Linear w) {
        require(w.isGated(), "%s must come from gated, but comes from linear", name);
    }

    static void requireUngated(String name, Linear w) {
        require(!w.isGated(), "%s must come from linear, but comes from gated", name);
    }

    static void requireAttention(Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, StepRows rows) {
        requireShape("qkv", qkv, rows.counts().total(), heads.columns());
        KvGeometry geometry = kv.geometry();
        require(
                geometry.kvHeads() == heads.numKvHeads() && geometry.headDim() == heads.headDim(),
                "KV cache must have %d heads of %d, but has %d of %d",
                heads.numKvHeads(),
                heads.headDim(),
                geometry.kvHeads(),
                geometry.headDim());
        requireIndex("layer", layer, geometry.layers());
        for (int row = 0; row < rows.counts().total(); row++) {
            int sequence = rows.sequence(row);
            int blocks = geometry.blocksFor(rows.visible(row));
            requireBlocks(blocks, rows.numBlocks(sequence), sequence);
            for (int b = 0; b < blocks; b++) {
                requireIndex("block", rows.block(sequence, b), kv.blocks());
            }
        }
    }

    private static void requireBlocks(int needed, int blocks, int sequence) {
        if (blocks < needed) {
            throw new IllegalArgumentException(
                    "block table of sequence %d must have %d blocks, but has %d".formatted(sequence, needed, blocks));
        }
    }

    static void requireShape(String name, Tensor tensor, int rows, int columns) {
        if (rows < 0 || rows > tensor.rows() || columns != tensor.columns()) {
            throw new IllegalArgumentException("%s must be [%d, %d], but is [%d, %d]"
                    .formatted(name, rows, columns, tensor.rows(), tensor.columns()));
        }
    }

    static void requireIndex(String name, int index, int size) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("%s must be in [0, %d), but is %d".formatted(name, size, index));
        }
    }

    static void require(boolean condition, String message, Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(values));
        }
    }

    static void requireRotation(HeadGeometry heads, Optional<HeadNorms> norms, RotaryTable rope, StepRows rows) {
        require(
                rope.headDim() == heads.headDim(),
                "rotary table must be for head dim %d, but is for %d",
                heads.headDim(),
                rope.headDim());
        norms.ifPresent(n -> require(
                n.query().length() == heads.headDim() && n.key().length() == heads.headDim(),
                "head norms must have %d elements, but have %d and %d",
                heads.headDim(),
                n.query().length(),
                n.key().length()));
        for (int row = 0; row < rows.counts().total(); row++) {
            requireIndex("position", rows.position(row), rope.positions());
        }
    }

    static void requireSample(
            Ids sampled, SampledLogProbs logProbs, Tensor h, Linear head, Ids rowNumbers, List<RowSampling> samplings) {
        int count = samplings.size();
        requireShape("h", h, count, head.inputs());
        require(
                count <= sampled.capacity(),
                "sampled must have room for %d ids, but has it for %d",
                count,
                sampled.capacity());
        require(count <= rowNumbers.capacity(), "row numbers must be %d, but are %d", count, rowNumbers.capacity());
        if (samplings.stream().anyMatch(sampling -> sampling.logProbs().isPresent())) {
            requireShape("log-probabilities", logProbs.values(), count, 1 + LogProbRow.MAX);
        }
    }

    static void requireAccept(Ids kept, Ids draftRows, Ids sampled, StepRows rows, List<VerifyPlan> plans) {
        require(
                plans.size() <= kept.capacity(),
                "kept must have room for %d counts, but has it for %d",
                plans.size(),
                kept.capacity());
        for (VerifyPlan plan : plans) {
            require(
                    plan.firstSample() + plan.verifyRows() <= sampled.capacity(),
                    "sampled must have room for %d ids, but has it for %d",
                    plan.firstSample() + plan.verifyRows(),
                    sampled.capacity());
            require(
                    plan.firstRow() + plan.verifyRows() <= rows.counts().exact(),
                    "verify rows must end by row %d, but end at %d",
                    rows.counts().exact(),
                    plan.firstRow() + plan.verifyRows());
            require(
                    plan.firstDraft() + plan.draftLength() - 1 <= draftRows.capacity(),
                    "draft rows must have room for %d numbers, but have it for %d",
                    plan.firstDraft() + plan.draftLength() - 1,
                    draftRows.capacity());
        }
    }
}
