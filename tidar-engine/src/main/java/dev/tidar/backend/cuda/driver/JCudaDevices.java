package dev.tidar.backend.cuda.driver;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Asks the driver which devices there are, without taking any. */
final class JCudaDevices {

    private static final int NAME_BYTES = 256;

    private JCudaDevices() {}

    static GpuProbe probe() {
        try {
            check(JCudaDriver.cuInit(0));
            int[] driver = new int[1];
            check(JCudaDriver.cuDriverGetVersion(driver));
            int[] count = new int[1];
            check(JCudaDriver.cuDeviceGetCount(count));
            List<Gpu> gpus = new ArrayList<>();
            for (int ordinal = 0; ordinal < count[0]; ordinal++) {
                gpus.add(describe(ordinal));
            }
            return GpuProbe.of(driver[0], gpus);
        } catch (Rejected e) {
            return e.code == CUresult.CUDA_ERROR_NO_DEVICE
                    ? GpuProbe.nothing(GpuProbe.Outcome.NO_DEVICE, "the NVIDIA driver finds no device")
                    : GpuProbe.nothing(
                            GpuProbe.Outcome.DRIVER_FAILED,
                            "the NVIDIA driver does not start: " + CUresult.stringFor(e.code));
        }
    }

    private static Gpu describe(int ordinal) throws Rejected {
        CUdevice device = new CUdevice();
        check(JCudaDriver.cuDeviceGet(device, ordinal));
        byte[] name = new byte[NAME_BYTES];
        check(JCudaDriver.cuDeviceGetName(name, name.length, device));
        long[] memory = new long[1];
        check(JCudaDriver.cuDeviceTotalMem(memory, device));
        return new Gpu(
                ordinal,
                text(name),
                memory[0],
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device),
                attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device),
                attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device));
    }

    private static int attribute(int attribute, CUdevice device) throws Rejected {
        int[] value = new int[1];
        check(JCudaDriver.cuDeviceGetAttribute(value, attribute, device));
        return value[0];
    }

    private static String text(byte[] zeroTerminated) {
        int end = 0;
        while (end < zeroTerminated.length && zeroTerminated[end] != 0) {
            end++;
        }
        return new String(zeroTerminated, 0, end, StandardCharsets.UTF_8);
    }

    private static void check(int code) throws Rejected {
        if (code != CUresult.CUDA_SUCCESS) {
            throw new Rejected(code);
        }
    }

    private static final class Rejected extends Exception {
        private final int code;

        Rejected(int code) {
            this.code = code;
        }
    }
}
