package dev.tidar.backend.cuda.driver;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The library of the NVIDIA driver, looked at before JCuda is loaded. JCuda's library binds its functions when they are
 * first called, and one that is missing then ends the process. So the file that the dynamic loader of Linux would take
 * is found as the loader finds it, and its symbols are read.
 */
final class DriverLibrary {

    static final String NAME = "libcuda.so.1";

    /** The functions of the driver that the engine calls, by the names that JCuda's library binds. */
    static final List<String> NEEDED = List.of(
            "cuCtxSetCurrent",
            "cuDeviceGet",
            "cuDeviceGetAttribute",
            "cuDeviceGetCount",
            "cuDeviceGetName",
            "cuDevicePrimaryCtxRelease_v2",
            "cuDevicePrimaryCtxRetain",
            "cuDeviceTotalMem_v2",
            "cuDriverGetVersion",
            "cuEventCreate",
            "cuEventDestroy_v2",
            "cuEventRecord",
            "cuEventSynchronize",
            "cuFuncSetAttribute",
            "cuGraphDestroy",
            "cuGraphExecDestroy",
            "cuGraphInstantiateWithFlags",
            "cuGraphLaunch",
            "cuInit",
            "cuLaunchKernel",
            "cuMemAlloc_v2",
            "cuMemFree_v2",
            "cuMemFreeHost",
            "cuMemGetInfo_v2",
            "cuMemHostAlloc",
            "cuMemcpyDtoDAsync_v2",
            "cuMemcpyDtoHAsync_v2",
            "cuMemcpyHtoDAsync_v2",
            "cuMemsetD8Async",
            "cuModuleGetFunction",
            "cuModuleLoadDataEx",
            "cuModuleUnload",
            "cuStreamBeginCapture_v2",
            "cuStreamCreate",
            "cuStreamDestroy_v2",
            "cuStreamEndCapture",
            "cuStreamSynchronize");

    /** The environment that the loader saw when this process started. */
    private static final Path ENVIRONMENT = Path.of("/proc/self/environ");

    private static final String SEARCH_PATH = "LD_LIBRARY_PATH=";
    private static final Path CACHE = Path.of("/etc/ld.so.cache");
    private static final String CACHE_MAGIC = "glibc-ld.so.cache1.1";
    private static final int CACHE_HEADER = 48;
    private static final int CACHE_ENTRY = 24;
    private static final List<String> USUAL =
            List.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib");

    private DriverLibrary() {}

    /** The reason why calling the driver would end the process; empty where there is none, or no driver is found. */
    static Optional<String> problem() {
        return locate().flatMap(DriverLibrary::problem);
    }

    static Optional<String> problem(Path library) {
        try {
            return ElfSymbols.read(library)
                    .flatMap(symbols -> NEEDED.stream()
                            .filter(name -> !symbols.defined().contains(name))
                            .findFirst()
                            .map(name -> "%s is not the library of an NVIDIA driver: it has no function %s"
                                    .formatted(library, name)));
        } catch (IOException e) {
            return Optional.empty(); // the loader cannot read it either, and says so
        }
    }

    /** The file that the dynamic loader takes: the first one that fits, in the order of ld.so(8). */
    private static Optional<Path> locate() {
        return Stream.of(searchPath(), cached(), USUAL.stream().map(folder -> Path.of(folder, NAME)))
                .flatMap(files -> files)
                .filter(Files::isRegularFile)
                .filter(ElfSymbols::fits)
                .findFirst();
    }

    private static Stream<Path> searchPath() {
        try {
            String environment = Files.readString(ENVIRONMENT, StandardCharsets.ISO_8859_1);
            return Stream.of(environment.split("\0", -1))
                    .filter(entry -> entry.startsWith(SEARCH_PATH))
                    .flatMap(entry ->
                            Stream.of(entry.substring(SEARCH_PATH.length()).split("[:;]", -1)))
                    .flatMap(folder -> inside(folder).stream());
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    /** An empty entry of the search path is the working directory. */
    private static Optional<Path> inside(String folder) {
        try {
            return Optional.of(Path.of(folder, NAME));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** The entries of the loader's cache with this name, in its order. */
    private static Stream<Path> cached() {
        try {
            return cached(Files.readAllBytes(CACHE));
        } catch (IOException | BufferUnderflowException | IndexOutOfBoundsException e) {
            return Stream.empty();
        }
    }

    /** Reads a cache: a header, entries of flags and two offsets into the strings, and the strings. */
    static Stream<Path> cached(byte[] bytes) {
        int start = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(CACHE_MAGIC);
        if (start < 0) {
            return Stream.empty();
        }
        ByteBuffer cache = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int count = cache.getInt(start + CACHE_MAGIC.length());
        Stream.Builder<Path> found = Stream.builder();
        for (int i = 0; i < count; i++) {
            int entry = start + CACHE_HEADER + i * CACHE_ENTRY;
            if (text(bytes, start + cache.getInt(entry + 4)).equals(NAME)) {
                found.add(Path.of(text(bytes, start + cache.getInt(entry + 8))));
            }
        }
        return found.build();
    }

    private static String text(byte[] bytes, int from) {
        int end = from;
        while (bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }
}
