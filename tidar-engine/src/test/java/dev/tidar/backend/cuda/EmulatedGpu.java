package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.driver.Gpu;
import dev.tidar.backend.cuda.driver.GpuProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The emulated driver of this JVM, through the page that both have mapped: what it pretends to be, what it should
 * reject, and what is allocated on it. The layout of the page is declared in {@code kernels/src/emulator}.
 */
public final class EmulatedGpu implements ExecutionCondition, BeforeEachCallback, AfterEachCallback {

    private static final int PAGE_BYTES = 4096;
    /** Shows the driver that the page has been filled in. */
    private static final int MAGIC = 0x454d5543;

    private static final int DEVICES = 8;
    private static final int DRIVER = 12;
    private static final int CAPABILITY = 16;
    private static final int RESTART = 32;
    private static final int ENGINE = 36;
    private static final int MEMORY = 24;
    private static final int FAULTS = 64;
    private static final int FAULT_BYTES = 16;
    private static final int LIVE = 256;
    private static final int LIVE_BYTES = 288;
    private static final int LIVE_PINNED_BYTES = 296;
    private static final int LAUNCHES = 308;
    private static final int REPLAYS = 312;

    private static final Path LIBRARY =
            Path.of(System.getenv().getOrDefault("LD_LIBRARY_PATH", "")).resolve("libcuda.so.1");

    /** Kinds of calls that can be rejected, as the page numbers them. */
    public enum Call {
        ALLOCATE,
        COPY,
        LAUNCH,
        SYNCHRONISE,
        LOAD,
        FREE,
        GRAPH
    }

    /** Engines of the emulated driver, as the page numbers them. */
    enum Engine {
        BY_ENVIRONMENT,
        SOURCES,
        PTX
    }

    /** Set where the tests should run on a GPU instead. */
    private static final boolean REAL = "real".equals(System.getProperty("tidar.test.gpu"));

    /** One page for the JVM: the driver is loaded once. */
    private static final class Page {
        private static final ByteBuffer BYTES = REAL ? ByteBuffer.allocate(PAGE_BYTES) : map();

        private static ByteBuffer map() {
            Path file = Path.of(System.getenv("TIDAR_EMU_CONTROL"));
            try {
                Files.createDirectories(file.getParent());
                Files.write(file, new byte[PAGE_BYTES]);
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    MappedByteBuffer page = channel.map(FileChannel.MapMode.READ_WRITE, 0, PAGE_BYTES);
                    page.order(ByteOrder.LITTLE_ENDIAN);
                    page.putInt(0, MAGIC).putInt(4, 1).putInt(DEVICES, -1);
                    return page;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (REAL || Files.exists(LIBRARY)) {
            return ConditionEvaluationResult.enabled("there is a GPU, or an emulated one");
        }
        String reason =
                "%s was not built: module kernels builds it with g++ where a test grid is chosen (-Dtidar.test.grid=sample)"
                        .formatted(LIBRARY.toAbsolutePath());
        if ("required".equals(System.getProperty("tidar.test.emulated-gpu"))) {
            throw new AssertionError(reason);
        }
        return ConditionEvaluationResult.disabled(reason);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        reset();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        reset();
    }

    /** A GPU of this time with a driver of this time, and no faults to come. */
    public static void reset() {
        devices(-1);
        driver(0);
        capability(0);
        memory(0);
        for (Call call : Call.values()) {
            reject(call, 0, 0);
        }
    }

    /** At its next start the driver has lost everything, as in a new process. */
    public static void restart() {
        Page.BYTES.putInt(RESTART, 1);
        GpuProbe.run();
    }

    /** The only GPU that there is. */
    public static Gpu gpu() {
        return GpuProbe.run().gpus().get(0);
    }

    public static void devices(int count) {
        Page.BYTES.putInt(DEVICES, count);
    }

    /** Version that the driver claims, for example 11080; 0 for one that is new enough. */
    public static void driver(int version) {
        Page.BYTES.putInt(DRIVER, version);
    }

    /** Compute capability that the device claims, for example 75; 0 for one that is new enough. */
    public static void capability(int capability) {
        Page.BYTES.putInt(CAPABILITY, capability);
    }

    /** Bytes that the device has; 0 for plenty. */
    public static void memory(long bytes) {
        Page.BYTES.putLong(MEMORY, bytes);
    }

    /** What modules that are loaded from now on run as; {@link #reset} leaves it. */
    static void engine(Engine engine) {
        Page.BYTES.putInt(ENGINE, engine.ordinal());
    }

    /** Lets the n-th call of a kind from now on fail with a code. */
    public static void reject(Call call, int n, int code) {
        Page.BYTES.putInt(FAULTS + FAULT_BYTES * call.ordinal() + 4, code);
        Page.BYTES.putInt(FAULTS + FAULT_BYTES * call.ordinal(), n);
    }

    /** Whether the rejection that was asked for is still to come. */
    public static boolean rejectionIsPending(Call call) {
        return Page.BYTES.getInt(FAULTS + FAULT_BYTES * call.ordinal()) > 0;
    }

    /** Calls of a kind since the JVM began. */
    public static int calls(Call call) {
        return Page.BYTES.getInt(FAULTS + FAULT_BYTES * call.ordinal() + 8);
    }

    /** Whether there is an emulated driver that counts; a real one does not. */
    public static boolean counts() {
        return !REAL;
    }

    /** Kernels run since the JVM began. */
    public static int launches() {
        return Page.BYTES.getInt(LAUNCHES);
    }

    /** Graphs replayed since the JVM began. */
    public static int replays() {
        return Page.BYTES.getInt(REPLAYS);
    }

    /** Everything that is held on the device and pinned on the host at this moment. */
    public static Held held() {
        ByteBuffer page = Page.BYTES;
        return new Held(
                page.getInt(LIVE),
                page.getInt(LIVE + 4),
                page.getInt(LIVE + 8),
                page.getInt(LIVE + 12),
                page.getInt(LIVE + 16),
                page.getInt(LIVE + 20),
                page.getInt(LIVE + 24),
                page.getInt(LIVE + 28),
                page.getLong(LIVE_BYTES),
                page.getLong(LIVE_PINNED_BYTES));
    }

    /** What is held, by kind. */
    public record Held(
            int allocations,
            int pinned,
            int streams,
            int events,
            int modules,
            int graphs,
            int graphExecs,
            int contexts,
            long bytes,
            long pinnedBytes) {

        public static final Held NOTHING = new Held(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }
}
