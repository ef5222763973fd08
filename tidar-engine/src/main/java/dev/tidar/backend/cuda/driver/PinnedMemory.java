package dev.tidar.backend.cuda.driver;

import java.nio.ByteBuffer;

/**
 * Host memory that is never paged out, so that the device can copy from and to it while the host goes on.
 *
 * @param address where it begins, for a kernel's parameters and for copies
 * @param bytes the memory itself, in the byte order of this machine
 */
public record PinnedMemory(long address, ByteBuffer bytes) {}
