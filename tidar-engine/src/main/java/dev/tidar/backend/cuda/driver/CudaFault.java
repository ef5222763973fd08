package dev.tidar.backend.cuda.driver;

import dev.tidar.api.DeviceException;
import java.util.Set;

/**
 * An error code of the driver, and what it means for the engine.
 *
 * <p>After most errors of a running kernel the context is lost: every later call returns the same code, and only a new
 * process can use the device again. Such a code is sticky. Out of memory, a wrong argument and the like fail one call.
 *
 * @param code as {@code CUresult} numbers it
 * @param name for example {@code CUDA_ERROR_ILLEGAL_ADDRESS}
 */
record CudaFault(int code, String name) {

    static final int OUT_OF_MEMORY = 2;

    /**
     * The codes of sticky errors: deinitialised; ECC; NVLink; hardware unavailable; illegal address; timeout; context
     * destroyed; assert; stack error; illegal instruction; misaligned address; invalid address space; invalid program
     * counter; launch failed; not permitted after a fault; unknown.
     */
    private static final Set<Integer> STICKY =
            Set.of(4, 46, 214, 220, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 999);

    private static final String ADVICE =
            "the device is lost to this process, restart it; the system log names the cause as an Xid: 8 and 31 end with the"
                    + " process, 46, 48 and 79 need a reset of the GPU";

    boolean isSticky() {
        return STICKY.contains(code);
    }

    /** @param call a description of the call, for people */
    DeviceException during(String call) {
        return isSticky() ? lasting(call) : DeviceException.passing("%s (%d) from %s".formatted(name, code, call));
    }

    /** The failure of a call after which the device is of no more use to this process, whatever the code. */
    DeviceException lasting(String call) {
        return new DeviceException("%s (%d) was found at %s: %s".formatted(name, code, call, ADVICE), null);
    }
}
