package dev.tidar.backend.cuda.memory;

import dev.tidar.backend.cuda.driver.Region;
import dev.tidar.tensor.Gain;

/**
 * The scale of a norm on the device.
 *
 * @param values in float
 * @param length their number
 */
public record CudaGain(Region values, int length) implements Gain {}
