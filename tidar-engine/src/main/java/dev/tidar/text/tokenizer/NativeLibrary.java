package dev.tidar.text.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Opens tokenizers of the Hugging Face library through DJL, without network access, telemetry, truncation or padding.
 *
 * <p>DJL reads these settings only from environment variables and system properties. This class is the only one that
 * sets them, and it sets each of them only if the application has not done so:
 *
 * <ul>
 *   <li>{@code RUST_FLAVOR=cpu}: on a machine with CUDA, DJL downloads another build of the library;
 *   <li>{@code OPT_OUT_TRACKING=true}: on EC2 and SageMaker, DJL reports the instance;
 *   <li>{@code ENGINE_CACHE_DIR}: where the home directory is not writable, DJL unpacks the library into a folder of
 *       the shared temporary directory, whose name anybody on the machine can guess and create first; this class sets a
 *       private folder, which is deleted at exit.
 * </ul>
 */
final class NativeLibrary {

    private static final String PLATFORMS = "linux-x86_64 and linux-aarch64 with glibc, osx-aarch64, win-x86_64";

    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private NativeLibrary() {}

    /**
     * Opens a tokenizer.
     *
     * @param json text of a tokenizer.json
     * @param file the file that the text came from, for the error message
     * @throws InvalidModelException if the library rejects the file, or does not run on this machine
     */
    static synchronized HuggingFaceTokenizer open(String json, Path file) {
        prefer("RUST_FLAVOR", "cpu");
        prefer("OPT_OUT_TRACKING", "true");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // DJL looks up its library through the context class loader, which need not be the one that loaded DJL.
        thread.setContextClassLoader(HuggingFaceTokenizer.class.getClassLoader());
        try {
            avoidSharedTemporaryFolder();
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), OPTIONS);
        } catch (EngineException | LinkageError | AssertionError | IOException e) {
            throw unavailable(e);
        } catch (RuntimeException e) {
            throw new InvalidModelException(
                    Fault.CORRUPT, "%s is not a usable tokenizer: %s".formatted(file, e.getMessage()), e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static InvalidModelException unavailable(Throwable cause) {
        String reason =
                cause.getCause() == null ? cause.toString() : cause.getCause().toString();
        return new InvalidModelException(
                Fault.UNSUPPORTED,
                ("The native tokenizer library cannot be loaded on %s-%s (%s). It runs on %s, and is unpacked into the folder "
                                + "that DJL_CACHE_DIR names, else into the home directory. "
                                + "Without a tokenizer.json, a model folder serves token ids on every platform.")
                        .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), reason, PLATFORMS),
                cause);
    }

    private static void prefer(String name, String value) {
        if (System.getenv(name) == null && System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    private static void avoidSharedTemporaryFolder() throws IOException {
        boolean chosen = isSet("DJL_CACHE_DIR") || isSet("ENGINE_CACHE_DIR");
        if (!chosen && !Files.isWritable(Path.of(System.getProperty("user.home")))) {
            Path folder = Files.createTempDirectory("tidar-tokenizer-"); // readable by its owner only
            System.setProperty("ENGINE_CACHE_DIR", folder.toString());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder.toFile()), "tidar-tokenizer-cleanup"));
        }
    }

    private static void delete(File file) {
        for (File child : Objects.requireNonNullElse(file.listFiles(), new File[0])) {
            delete(child);
        }
        file.delete(); // Windows does not delete a loaded library; nothing can be done about that at exit
    }

    private static boolean isSet(String name) {
        return System.getenv(name) != null || System.getProperty(name) != null;
    }
}
