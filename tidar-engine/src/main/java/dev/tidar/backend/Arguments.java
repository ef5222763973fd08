package dev.tidar.backend;

import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.PickRule;
import dev.tidar.sampling.VerifyPlan;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.PickedLogProbs;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.RowCounts;
import dev.tidar.tensor.StepRows;
import dev.tidar.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** What every backend refuses before any work starts, with the same words. */
final class Arguments {

    private Arguments() {}

    static void requireProduct(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireShape("y", y, rows.total(), w.outputs());
        requireShape("x", x, rows.total(), w.inputs());
        require(y != x, "y must not be x");
    }

    static void requireGated(String name, boolean isGated, boolean gated) {
        require(
                isGated == gated,
                "%s must come from %s, but comes from %s",
                name,
                gated ? "gated" : "linear",
                gated ? "linear" : "gated");
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

    static void require(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(message.formatted(values));
        }
    }

    static void requireRotation(
            HeadGeometry heads, Optional<HeadNorms> norms, int tableHeadDim, RotaryTable rope, StepRows rows) {
        require(
                tableHeadDim == heads.headDim(),
                "rotary table must be for head dim %d, but is for %d",
                heads.headDim(),
                tableHeadDim);
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

    static void requirePick(
            Ids picks,
            PickedLogProbs logProbs,
            Tensor h,
            Linear head,
            Ids rowNumbers,
            int count,
            List<PickRule> rules) {
        requireShape("h", h, count, head.inputs());
        require(count <= picks.capacity(), "picks must hold %d ids, but hold %d", count, picks.capacity());
        require(count <= rowNumbers.capacity(), "row numbers must be %d, but are %d", count, rowNumbers.capacity());
        require(rules.size() == count, "rules must be one for each of %d rows, but are %d", count, rules.size());
        if (rules.stream().anyMatch(rule -> rule.logProbs().isPresent())) {
            requireShape("log-probabilities", logProbs.values(), count, 1 + LogProbRow.MOST);
        }
    }

    static void requireAccept(Ids kept, Ids draftRows, Ids picks, StepRows rows, List<VerifyPlan> plans) {
        require(
                plans.size() <= kept.capacity(),
                "kept must hold %d counts, but holds %d",
                plans.size(),
                kept.capacity());
        for (VerifyPlan plan : plans) {
            require(
                    plan.firstPick() + plan.verifyRows() <= picks.capacity(),
                    "picks must hold %d ids, but hold %d",
                    plan.firstPick() + plan.verifyRows(),
                    picks.capacity());
            require(
                    plan.firstRow() + plan.verifyRows() <= rows.counts().exact(),
                    "verify rows must end by row %d, but end at %d",
                    rows.counts().exact(),
                    plan.firstRow() + plan.verifyRows());
            require(
                    plan.firstDraft() + plan.draftLength() - 1 <= draftRows.capacity(),
                    "draft rows must hold %d numbers, but hold %d",
                    plan.firstDraft() + plan.draftLength() - 1,
                    draftRows.capacity());
        }
    }
}
