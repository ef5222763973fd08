package dev.tidar.backend.cuda;

import java.nio.ByteBuffer;

/**
 * Host memory that stays where it is, so that the device can copy from and to it while the host goes on.
 *
 * @param address where it begins, for a kernel's parameters and for copies
 * @param bytes the memory itself, in the byte order of this machine
 */
record PinnedMemory(long address, ByteBuffer bytes) {}
