package dev.tidar.backend.jni;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The native library of the artifact {@code tidar-kernels}, loaded once for each class loader. It travels as a
 * resource, is checked against the hash of its manifest, and is loaded from a folder of its own that only this user can
 * read.
 */
public final class NativeLibrary {

    private static final String FOLDER = "/dev/tidar/kernels/native/";
    private static final String MANIFEST = "NATIVE-MANIFEST";
    private static final Set<String> PLATFORMS = Set.of("linux-x86_64", "linux-aarch64", "windows-x86_64");

    /** Levels, fastest last, with their names; see {@link NativeKernels#use}. */
    private enum Level {
        X86_PLAIN(0, "plain-c"),
        AVX2(1, "avx2"),
        AVX_VNNI(2, "avx-vnni"),
        AVX512_VNNI(3, "avx512-vnni"),
        AARCH64_PLAIN(16, "plain-c"),
        DOTPROD(17, "dotprod"),
        I8MM(18, "i8mm");

        private final int number;
        private final String title;

        Level(int number, String title) {
            this.number = number;
            this.title = title;
        }
    }

    /**
     * What came of loading.
     *
     * @param level the level in use, for example {@code avx2}; empty if the library is not used
     * @param problem why it is not used, as a sentence without its full stop; empty if it is
     * @param isRepairable whether somebody can do something about the problem
     */
    public record Outcome(Optional<String> level, String problem, boolean isRepairable) {

        private static Outcome using(Level level) {
            return new Outcome(Optional.of(level.title), "", false);
        }

        private static Outcome without(String problem, boolean isRepairable) {
            return new Outcome(Optional.empty(), problem, isRepairable);
        }
    }

    /** Thrown where the library cannot be used, with the problem as message. */
    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        private final String problem;

        Unusable(String problem) {
            super(problem);
            this.problem = problem;
        }
    }

    /** The library is loaded when this class is first used. */
    private static final class Loaded {
        static final Outcome OUTCOME = load();

        private static Outcome load() {
            OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
            return new NativeLibrary(
                            NativeLibrary::resource,
                            () -> Files.createTempDirectory("tidar-kernels-"), // private to this user
                            path -> System.load(path.toString()),
                            NativeKernels.VERSION)
                    .load(system.getName(), system.getArch());
        }
    }

    /** Makes a new folder that the library is loaded from. */
    @FunctionalInterface
    interface Folder {
        Path create() throws IOException;
    }

    private final Function<String, Optional<byte[]>> resources;
    private final Folder folders;
    private final Consumer<Path> loader;
    private final int version;

    /**
     * @param resources files of the artifact, by their path under its folder
     * @param loader loads a file into this class loader, which must not get two copies of the library
     * @param version the version that the library must have
     */
    NativeLibrary(Function<String, Optional<byte[]>> resources, Folder folders, Consumer<Path> loader, int version) {
        this.resources = resources;
        this.folders = folders;
        this.loader = loader;
        this.version = version;
    }

    /** Loads the library, unless it was loaded before, and makes the fastest level that this machine runs its own. */
    public static Outcome outcome() {
        return Loaded.OUTCOME;
    }

    Outcome load(String osName, String osArch) {
        Optional<String> platform = platform(osName, osArch);
        if (platform.isEmpty()) {
            return Outcome.without("there is no native library for %s on %s".formatted(osName, osArch), false);
        }
        String file = platform.get().startsWith("windows") ? "tidar_kernels.dll" : "libtidar_kernels.so";
        try {
            byte[] library = verified(platform.get() + "/" + file);
            loadFrom(library, file);
        } catch (Unusable e) {
            return Outcome.without(e.problem, true);
        }
        return useBest();
    }

    private static Optional<String> platform(String osName, String osArch) {
        String arch = switch (osArch) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "aarch64";
            default -> osArch;
        };
        String platform = osName.toLowerCase(Locale.ROOT).replaceAll(" .*", "") + "-" + arch;
        return PLATFORMS.contains(platform) ? Optional.of(platform) : Optional.empty();
    }

    private byte[] verified(String path) throws Unusable {
        byte[] library = required(path);
        String manifest = new String(required(MANIFEST), StandardCharsets.UTF_8);
        String hash = sha256(library);
        if (manifest.lines().noneMatch(("output " + hash + " " + path)::equals)) {
            throw new Unusable(("the native library %s is not the one of its manifest (its SHA-256 is %s);"
                            + " put one intact version of tidar-kernels on the class path")
                    .formatted(path, hash));
        }
        return library;
    }

    private byte[] required(String path) throws Unusable {
        try {
            return resources
                    .apply(path)
                    .orElseThrow(() -> new Unusable(
                            "the artifact tidar-kernels on the class path has no %s; use the version of the engine"
                                    .formatted(path)));
        } catch (UncheckedIOException e) {
            throw new Unusable("the native library cannot be read: " + e.getMessage());
        }
    }

    private static Optional<byte[]> resource(String path) {
        try (InputStream stream = NativeLibrary.class.getResourceAsStream(FOLDER + path)) {
            return stream == null ? Optional.empty() : Optional.of(stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** Loads from a new file, so that neither another process nor another class loader has it. */
    private void loadFrom(byte[] library, String file) throws Unusable {
        Path folder;
        try {
            folder = folders.create();
        } catch (IOException | RuntimeException e) {
            throw new Unusable("there is no folder to load the native library from (%s); set -Djava.io.tmpdir to one"
                    .formatted(e));
        }
        Path path = folder.resolve(file);
        try {
            Files.write(path, library);
            loader.accept(path);
        } catch (IOException | UnsatisfiedLinkError | RuntimeException e) {
            throw new Unusable(
                    "the native library does not load from %s (%s); set -Djava.io.tmpdir to a folder from which programs may run"
                            .formatted(folder, e.getMessage()));
        } finally {
            delete(path, folder);
        }
    }

    /** Deletes what the system lets go of at once, and the rest at the end of the JVM. */
    private static void delete(Path path, Path folder) {
        try {
            Files.deleteIfExists(path);
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
            path.toFile().deleteOnExit();
        }
    }

    private Outcome useBest() {
        try {
            int found = NativeKernels.version();
            if (found != version) {
                return Outcome.without(
                        "the native library has version %d, but the engine needs %d; use tidar-kernels of the engine's version"
                                .formatted(found, version),
                        true);
            }
        } catch (UnsatisfiedLinkError e) {
            return Outcome.without("the native library is not that of this engine: " + e.getMessage(), true);
        }
        int levels = NativeKernels.levels();
        Optional<Level> best = Optional.empty();
        for (Level level : Level.values()) {
            if ((levels & 1 << level.number) != 0) {
                best = Optional.of(level);
            }
        }
        if (best.isEmpty()) {
            return Outcome.without("this processor has none of the instructions that the native kernels need", false);
        }
        NativeKernels.use(best.get().number);
        return NativeSelfTest.passes()
                ? Outcome.using(best.get())
                : Outcome.without(
                        "the native kernels compute wrong results at level %s; please report this"
                                .formatted(best.get().title),
                        true);
    }
}
