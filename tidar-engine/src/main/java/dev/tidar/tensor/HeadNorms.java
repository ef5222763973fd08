package dev.tidar.tensor;

/**
 * Norms of each query and key head (Qwen3).
 *
 * @param query gain over headDim
 * @param key gain over headDim
 * @param epsilon inside the root
 */
public record HeadNorms(Gain query, Gain key, float epsilon) {}
