package dev.tidar.backend.cuda.driver;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * Loads JCuda's native library, once in a JVM.
 *
 * <p>JCuda unpacks it under a fixed name into the shared temporary folder, and uses a copy that is already there: a
 * copy that another JVM left half-written ends the process, and anybody on the machine could prepare one. So for the
 * moment of loading, {@code java.io.tmpdir} names a fresh folder that only this user can read, and the copy is deleted
 * as soon as it is loaded. Windows keeps a loaded file; its folder is swept at a later start.
 */
final class JCudaLibrary {

    private static final String DRIVER_CLASS = "jcuda.driver.JCudaDriver";
    private static final String TEMPORARY_FOLDER = "java.io.tmpdir";
    private static final String PREFIX = "tidar-jcuda-";

    /** The age at which a folder is abandoned: no process needs longer than this from unpacking to loading. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private static final Optional<Problem> PROBLEM = load();

    private JCudaLibrary() {}

    /** The reason why JCuda cannot be used in this JVM. */
    record Problem(GpuProbe.Outcome outcome, String message) {}

    /** Returns the reason why JCuda cannot be used; empty where it can. */
    static Optional<Problem> problem() {
        return PROBLEM;
    }

    private static Optional<Problem> load() {
        ClassLoader loader = JCudaLibrary.class.getClassLoader();
        try {
            Class.forName(DRIVER_CLASS, false, loader);
        } catch (ClassNotFoundException e) {
            return Optional.of(new Problem(
                    GpuProbe.Outcome.NO_JCUDA, "org.jcuda:jcuda is not on the class path, which CUDA needs"));
        }
        Optional<String> unfit = DriverLibrary.problem();
        if (unfit.isPresent()) {
            return Optional.of(new Problem(GpuProbe.Outcome.NO_DRIVER, unfit.get()));
        }
        try {
            Path folder = Files.createTempDirectory(PREFIX); // readable by its owner only
            try {
                initialise(loader, folder);
            } finally {
                sweep(folder);
                delete(folder);
            }
            return Optional.empty();
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.of(unusable(e));
        } catch (IOException e) {
            return Optional.of(new Problem(
                    GpuProbe.Outcome.NATIVE_LIBRARY_UNUSABLE,
                    "the temporary folder takes no native library (%s); set java.io.tmpdir to a folder that does"
                            .formatted(e)));
        }
    }

    private static void initialise(ClassLoader loader, Path folder) throws ClassNotFoundException {
        String before = System.setProperty(TEMPORARY_FOLDER, folder.toString());
        try {
            Class.forName(DRIVER_CLASS, true, loader);
        } finally {
            if (before == null) {
                System.clearProperty(TEMPORARY_FOLDER);
            } else {
                System.setProperty(TEMPORARY_FOLDER, before);
            }
        }
    }

    /**
     * The problem that a failure of JCuda stands for. Its message is a page long; what matters is whether the driver's
     * own library is missing.
     */
    static Problem unusable(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.contains("libcuda.so") || message.contains("nvcuda.dll")) {
            return new Problem(GpuProbe.Outcome.NO_DRIVER, "no NVIDIA driver: libcuda.so.1 cannot be opened");
        }
        if (message.contains("failed to map segment") || message.contains("No space left")) {
            return new Problem(
                    GpuProbe.Outcome.NATIVE_LIBRARY_UNUSABLE,
                    "the temporary folder takes no native library, because it is full or mounted noexec; set"
                            + " java.io.tmpdir to a folder that does");
        }
        return new Problem(
                GpuProbe.Outcome.NATIVE_LIBRARY_UNUSABLE,
                "JCuda's native library cannot be loaded; it exists for linux-x86_64 and windows-x86_64: "
                        + failure.getClass().getSimpleName() + ": "
                        + message.lines().findFirst().orElse("").strip());
    }

    /**
     * Deletes the folders of other processes beside this one that are old enough to be abandoned. In a folder that all
     * may write to, anybody could have made one of this name: only those of this user count, and a link is none.
     */
    static void sweep(Path own) {
        Path temporary = Objects.requireNonNull(own.getParent());
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            Instant limit = Files.getLastModifiedTime(own).toInstant().minus(ABANDONED);
            UserPrincipal user = Files.getOwner(own);
            for (Path folder : folders) {
                boolean ours = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user);
                if (ours && Files.getLastModifiedTime(folder).toInstant().isBefore(limit)) {
                    delete(folder);
                }
            }
        } catch (IOException e) {
            return; // a folder that cannot be listed cannot be swept, which does not matter here
        }
    }

    private static void delete(Path folder) {
        for (File file : Objects.requireNonNullElse(folder.toFile().listFiles(), new File[0])) {
            file.delete(); // Windows rejects while it is loaded
        }
        folder.toFile().delete();
    }
}
