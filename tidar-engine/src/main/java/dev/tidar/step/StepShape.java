package dev.tidar.step;

/**
 * How large a step is. Steps of one shape run the same verbs on as many rows each.
 *
 * @param rows exact and drafting rows
 * @param sequences sequences that the rows belong to
 * @param sampled rows that get the head first
 * @param drafts rows that get it second
 */
public record StepShape(RowCounts rows, int sequences, int sampled, int drafts) {}
