package dev.tidar.backend.cuda.driver;

import dev.tidar.api.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** The kernels of {@code tidar-kernels}, launched by name. Confined to the engine thread. */
final class JCudaKernels {

    private static final String RESOURCE = "/dev/tidar/kernels/tidar-sm80.ptx";

    /** The largest number of parameters of a kernel; each takes 8 bytes, after the table of their addresses. */
    private static final int MAX_PARAMETERS = 32;

    /** The number of bytes of dynamic shared memory that a kernel may use without asking for more. */
    private static final int FREE_SHARED_BYTES = 48 << 10;

    private final JCudaContext context;
    private final CUmodule module = new CUmodule();
    private final Map<String, Kernel> kernels = new HashMap<>();
    private final PinnedMemory parameters;
    private final Pointer parameterTable;

    /** A kernel of the module, and the dynamic shared memory that it has been allowed. */
    private static final class Kernel {
        private final CUfunction handle = new CUfunction();
        private int allowedShared = FREE_SHARED_BYTES;
    }

    /**
     * Loads the kernels; the driver compiles them once for a device and caches the result.
     *
     * @throws DeviceException if the kernels are not on the class path, or the driver rejects them
     */
    JCudaKernels(JCudaContext context, DeviceMemory memory) {
        this.context = context;
        parameters = memory.pinned(MAX_PARAMETERS * 2L * Long.BYTES);
        parameterTable = new JCudaContext.HostAddress(parameters.address());
        for (int i = 0; i < MAX_PARAMETERS; i++) {
            parameters.bytes().putLong(i * Long.BYTES, parameters.address() + slot(i));
        }
        context.check(
                JCudaDriver.cuModuleLoadDataEx(module, Pointer.to(image()), 0, new int[0], Pointer.to(new int[0])),
                "loading the kernels");
    }

    private static int slot(int parameter) {
        return (MAX_PARAMETERS + parameter) * Long.BYTES;
    }

    /** The PTX in direct memory, terminated by a zero byte. */
    private static ByteBuffer image() {
        try (InputStream in = JCudaKernels.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new DeviceException(
                        "dev.tidar:tidar-kernels is not on the class path: it has no " + RESOURCE, null);
            }
            byte[] bytes = in.readAllBytes();
            return ByteBuffer.allocateDirect(bytes.length + 1).put(bytes).rewind();
        } catch (IOException e) {
            throw new DeviceException("the kernels cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Queues a launch.
     *
     * @param arguments in the order of the kernel's parameters: addresses, and numbers in the low bytes
     */
    void launch(String name, Grid grid, long... arguments) {
        Kernel kernel = kernels.computeIfAbsent(name, this::find);
        for (int i = 0; i < arguments.length; i++) {
            parameters.bytes().putLong(slot(i), arguments[i]);
        }
        allowShared(kernel, name, grid.sharedBytes());
        context.launch(kernel.handle, name, grid, parameterTable);
    }

    private Kernel find(String name) {
        Kernel kernel = new Kernel();
        context.check(JCudaDriver.cuModuleGetFunction(kernel.handle, module, name), "looking up kernel " + name);
        return kernel;
    }

    private void allowShared(Kernel kernel, String name, int bytes) {
        if (bytes > kernel.allowedShared) {
            context.check(
                    JCudaDriver.cuFuncSetAttribute(
                            kernel.handle, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, bytes),
                    "allowing shared memory to " + name);
            kernel.allowedShared = bytes;
        }
    }

    void close() {
        context.check(JCudaDriver.cuModuleUnload(module), "unloading the kernels");
    }
}
