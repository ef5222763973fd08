package dev.tidar.backend.cuda.driver;

/**
 * An allocation in the memory of the device.
 *
 * @param address where it begins
 * @param bytes its size
 */
public record Region(long address, long bytes) {}
