package dev.tidar.backend.cuda;

/**
 * Memory of the device.
 *
 * @param address where it begins
 * @param bytes how much it is
 */
record Region(long address, long bytes) {}
