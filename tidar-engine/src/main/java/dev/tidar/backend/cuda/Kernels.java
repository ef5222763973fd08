package dev.tidar.backend.cuda;

import dev.tidar.api.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** The kernels of {@code tidar-kernels}, found by name. Confined to the engine thread. */
final class Kernels {

    private static final String RESOURCE = "/dev/tidar/kernels/tidar-sm80.ptx";

    private final JCudaContext context;
    private final JCudaContext.Module module;
    private final Map<String, JCudaContext.Function> functions = new HashMap<>();

    /**
     * Loads them; the driver compiles them once for a device and remembers it.
     *
     * @throws DeviceException if they are not on the class path, or the driver does not take them
     */
    Kernels(JCudaContext context) {
        this.context = context;
        this.module = context.load(image());
    }

    private static ByteBuffer image() {
        try (InputStream in = Kernels.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new DeviceException(
                        "dev.tidar:tidar-kernels is not on the class path: it has no " + RESOURCE, null);
            }
            byte[] bytes = in.readAllBytes();
            ByteBuffer image = ByteBuffer.allocateDirect(bytes.length + 1); // ends with a zero
            return image.put(bytes).rewind();
        } catch (IOException e) {
            throw new DeviceException("the kernels cannot be read: " + e.getMessage(), e);
        }
    }

    JCudaContext.Function get(String name) {
        return functions.computeIfAbsent(name, missing -> context.function(module, missing));
    }

    void close() {
        context.unload(module);
    }
}
