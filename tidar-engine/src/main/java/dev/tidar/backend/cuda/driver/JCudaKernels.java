package dev.tidar.backend.cuda.driver;

import dev.tidar.api.DeviceException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernels of {@code tidar-kernels}, launched by name. Confined to the engine thread. */
final class JCudaKernels {

    private static final Logger log = LoggerFactory.getLogger(JCudaKernels.class);

    /** The largest number of parameters of a kernel; each takes 8 bytes, after the table of their addresses. */
    private static final int MAX_PARAMETERS = 32;

    /** The number of bytes of dynamic shared memory that a kernel may use without asking for more. */
    private static final int FREE_SHARED_BYTES = 48 << 10;

    private final JCudaContext context;
    private final CUmodule module = new CUmodule();
    private final Map<String, Kernel> kernels = new HashMap<>();
    private final PinnedMemory parameters;
    private final Pointer parameterTable;
    private final String image;

    /** A kernel of the module, and the dynamic shared memory that it has been allowed. */
    private static final class Kernel {
        private final CUfunction handle = new CUfunction();
        private int allowedShared = FREE_SHARED_BYTES;
    }

    /**
     * Loads the kernels: the cubin for the device where there is one and the driver takes it, otherwise the PTX, which
     * the driver compiles once for a device, and caches.
     *
     * @throws DeviceException if the kernels are not on the class path, or the driver rejects them
     */
    JCudaKernels(JCudaContext context, DeviceMemory memory, Gpu gpu) {
        this.context = context;
        parameters = memory.pinned(MAX_PARAMETERS * 2L * Long.BYTES);
        parameterTable = new JCudaContext.HostAddress(parameters.address());
        for (int i = 0; i < MAX_PARAMETERS; i++) {
            parameters.bytes().putLong(i * Long.BYTES, parameters.address() + slot(i));
        }
        image = loadCubin(gpu).orElseGet(() -> load(KernelImage.ptx()));
    }

    private static int slot(int parameter) {
        return (MAX_PARAMETERS + parameter) * Long.BYTES;
    }

    /** Loads the cubin for the device. Empty where only the PTX can be used; the reason is in the log. */
    private Optional<String> loadCubin(Gpu gpu) {
        int driver = context.driverVersion();
        Optional<KernelImage> cubin = KernelImage.cubin(gpu, driver);
        if (cubin.isEmpty()) {
            log.info(
                    "The driver compiles the kernels from PTX: there is no cubin for compute capability {}.{} and a driver"
                            + " for CUDA {}",
                    gpu.major(),
                    gpu.minor(),
                    GpuProbe.version(driver));
            return Optional.empty();
        }
        try {
            return Optional.of(load(cubin.get()));
        } catch (DeviceException e) {
            if (e.isLasting()) {
                throw e;
            }
            log.warn(
                    "The driver compiles the kernels from PTX, because it rejects the cubin for {}: {}",
                    cubin.get().name(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private String load(KernelImage kernelImage) {
        context.check(
                JCudaDriver.cuModuleLoadDataEx(
                        module, Pointer.to(kernelImage.bytes()), 0, new int[0], Pointer.to(new int[0])),
                "loading the kernels");
        return kernelImage.name();
    }

    /** What was loaded: {@code ptx}, or the architecture of the cubin, as {@code sm90}. */
    String image() {
        return image;
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
