package dev.tidar.model;

import dev.tidar.backend.Backend;
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
 * @param sampleRows row numbers of verify rows
 * @param mixedRows row numbers of the masks that verify rows are mixed with
 * @param mixed these rows, normalised, {@code [rows, hidden]}
 * @param sampled what the verify rows sampled
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

    static Workspace allocate(Backend backend, int rows, int hidden, int intermediate, HeadGeometry heads) {
        return new Workspace(
                backend.allocate(rows, hidden),
                backend.allocate(rows, hidden),
                backend.allocate(rows, heads.columns()),
                backend.allocate(rows, heads.queryColumns()),
                backend.allocate(rows, intermediate),
                backend.allocateIds(rows),
                backend.allocateIds(rows),
                backend.allocate(rows, hidden),
                backend.allocateIds(rows),
                new SampledLogProbs(
                        backend.allocate(rows, 1 + LogProbRow.MAX), backend.allocateIds(rows * LogProbRow.MAX)),
                backend.allocateIds(rows),
                backend.allocateIds(rows),
                backend.allocateIds(rows));
    }
}
