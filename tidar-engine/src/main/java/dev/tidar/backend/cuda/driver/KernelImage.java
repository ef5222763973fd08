package dev.tidar.backend.cuda.driver;

import dev.tidar.api.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A form of the kernels that a driver can load. A cubin is code for one architecture and is ready at once; PTX is for
 * all of them, and the driver compiles it for some seconds.
 *
 * @param name {@code ptx}, or the architecture of a cubin: {@code sm90}
 * @param bytes in direct memory, terminated by a zero byte
 */
record KernelImage(String name, ByteBuffer bytes) {

    /**
     * The oldest driver that takes the cubins. NVIDIA promises that a cubin runs with every driver of the major version
     * of the toolkit that made it, and later ones (CUDA Compatibility, section Minor Version Compatibility); the table
     * {@code CUBINS} names the toolkit.
     */
    static final int MIN_CUBIN_DRIVER = 13000;

    private static final String FOLDER = "/dev/tidar/kernels/";

    /** The cubin for a device; empty where none was made for its architecture, or the driver is too old for it. */
    static Optional<KernelImage> cubin(Gpu gpu, int driver) {
        String architecture = "sm%d%d".formatted(gpu.major(), gpu.minor());
        return driver < MIN_CUBIN_DRIVER
                ? Optional.empty()
                : read("tidar-%s.cubin".formatted(architecture)).map(bytes -> new KernelImage(architecture, bytes));
    }

    /** The PTX, which every device and driver takes that the engine can use. */
    static KernelImage ptx() {
        String file = "tidar-sm80.ptx";
        return new KernelImage(
                "ptx",
                read(file)
                        .orElseThrow(() -> new DeviceException(
                                "dev.tidar:tidar-kernels is not on the class path: it has no " + FOLDER + file, null)));
    }

    private static Optional<ByteBuffer> read(String file) {
        try (InputStream in = KernelImage.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                return Optional.empty();
            }
            byte[] bytes = in.readAllBytes();
            return Optional.of(
                    ByteBuffer.allocateDirect(bytes.length + 1).put(bytes).rewind());
        } catch (IOException e) {
            throw new DeviceException("the kernels cannot be read: " + e.getMessage(), e);
        }
    }
}
