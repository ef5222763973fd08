package dev.tidar.model;

import dev.tidar.backend.Allocator;
import dev.tidar.sampling.LogProbRow;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.Tensor;

/**
 * Activations of a step, allocated once.
 *
 * @param x residual stream, {@code [rows, hidden]}
 * @param h normalised input of a layer, {@code [rows, hidden]}
 * @param qkv query, key and value heads, {@code [rows, heads.columns()]}
 * @param attended output of attention, {@code [rows, heads.queryColumns()]}
 * @param gated intermediate activations, {@code [rows, intermediate]}
 * @param sampleRows row numbers of verify rows, and of masks that are sampled with them
 * @param mixedRows row numbers of the masks that verify rows are mixed with
 * @param mixed these rows, normalised, {@code [rows, hidden]}
 * @param sampled what these rows sampled
 * @param logProbs log-probabilities of these samples, where asked for
 * @param kept kept count of each sequence
 * @param draftRows row numbers of the chosen masks
 * @param drafts what they sampled
 */
record Workspace(
        Tensor x,
        Tensor h,
        Tensor qkv,
        Tensor attended,
        Tensor gated,
        Ids sampleRows,
        Ids mixedRows,
        Tensor mixed,
        Ids sampled,
        SampledLogProbs logProbs,
        Ids kept,
        Ids draftRows,
        Ids drafts) {

    static Workspace allocate(Allocator memory, int rows, int hidden, int intermediate, HeadGeometry heads) {
        return new Workspace(
                memory.allocate(rows, hidden),
                memory.allocate(rows, hidden),
                memory.allocate(rows, heads.columns()),
                memory.allocate(rows, heads.queryColumns()),
                memory.allocate(rows, intermediate),
                memory.allocateIds(rows),
                memory.allocateIds(rows),
                memory.allocate(rows, hidden),
                memory.allocateIds(rows),
                new SampledLogProbs(
                        memory.allocate(rows, 1 + LogProbRow.MAX), memory.allocateIds(rows * LogProbRow.MAX)),
                memory.allocateIds(rows),
                memory.allocateIds(rows),
                memory.allocateIds(rows));
    }
}
