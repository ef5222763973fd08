package dev.tidar.draft;

/**
 * A forward of the draft model.
 *
 * @param rows rows of sequences that it drafts for, each with few tokens to compute
 * @param promptRows rows of sequences that it lags behind
 * @param nanos the time that it took
 */
public record DraftPass(int rows, int promptRows, long nanos) {}
