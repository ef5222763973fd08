package dev.tidar.backend.cuda;

import dev.tidar.tensor.Gain;

/**
 * The scale of a norm on the device.
 *
 * @param values in float
 * @param length how many they are
 */
public record CudaGain(Region values, int length) implements Gain {}
