package dev.tidar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Device;
import dev.tidar.api.DeviceException;
import dev.tidar.api.DeviceFallback;
import dev.tidar.api.EngineClosedException;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineState;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.Generation;
import dev.tidar.api.GenerationFailedException;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Limits;
import dev.tidar.api.Prompt;
import dev.tidar.api.Sampling;
import dev.tidar.api.TidarException;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cuda.EmulatedGpu;
import dev.tidar.backend.cuda.EmulatedGpu.Call;
import dev.tidar.backend.cuda.EmulatedGpu.Held;
import dev.tidar.backend.cuda.EmulatedGpuTest;
import dev.tidar.decode.TestModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a failing device does to an engine: any error code from the n-th call of any kind, while the model is loaded,
 * while a prompt is read, while tokens are decoded, and while the engine closes.
 */
@EmulatedGpuTest
@Timeout(60)
@DisplayName("A failing GPU")
class CudaFaultTest {

    /** Errors after which a context is lost. */
    private static final int[] STICKY = {214, 700, 702, 710, 714, 715, 716, 717, 718, 719};

    private static final int INVALID_VALUE = 1;
    private static final int OUT_OF_MEMORY = 2;
    private static final int[] CODES = IntStream.concat(
                    IntStream.of(INVALID_VALUE, OUT_OF_MEMORY), IntStream.of(STICKY))
            .toArray();

    private static final List<Call> CALLS = List.of(Call.ALLOCATE, Call.COPY, Call.LAUNCH, Call.SYNCHRONISE);
    private static final int LONG_PROMPT = 70; // more than one chunk

    @AfterEach
    void restart() {
        EmulatedGpu.restart();
    }

    static Stream<Arguments> codesAndCalls() {
        return codesAnd(CALLS);
    }

    static Stream<Arguments> codesAndCallsOfClosing() {
        return Stream.concat(codesAndCalls(), codesAnd(List.of(Call.FREE, Call.GRAPH)));
    }

    /**
     * All pairs; in the sample each call with the first three codes, of which one is sticky, and each other code once.
     */
    private static Stream<Arguments> codesAnd(List<Call> calls) {
        int alwaysAll = TestGrid.size(3, CODES.length);
        return IntStream.range(0, CODES.length)
                .boxed()
                .flatMap(i -> IntStream.range(0, calls.size())
                        .filter(n -> i < alwaysAll || i % calls.size() == n)
                        .mapToObj(n -> Arguments.of(CODES[i], calls.get(n))));
    }

    static Stream<Arguments> stickyCodesAndCalls() {
        return codesAndCalls().filter(a -> isSticky((int) a.get()[0]));
    }

    private static boolean isSticky(int code) {
        return IntStream.of(STICKY).anyMatch(sticky -> sticky == code);
    }

    @ParameterizedTest(name = "code {0} from {1}")
    @MethodSource("codesAndCalls")
    void whileTheModelIsLoadedIsADeviceException(int code, Call call) {
        for (int n : new int[] {1, 30}) {
            Held before = EmulatedGpu.held();
            EmulatedGpu.reject(call, n, code);
            try (TidarEngine engine = load(options(DeviceFallback.FAIL))) {
                assertThat(EmulatedGpu.rejectionIsPending(call))
                        .as("call %d was never made", n)
                        .isTrue();
                assertThat(engine.status().state()).isEqualTo(EngineState.READY);
            } catch (DeviceException e) {
                assertThat(e).hasMessageContaining("CUDA_ERROR_").hasMessageContaining("(%d)".formatted(code));
                assertThat(e.isLasting()).isEqualTo(isSticky(code));
            }
            EmulatedGpu.reset();
            assertNothingLeaked(before, code);
            restartIfSticky(code);
        }
    }

    @ParameterizedTest(name = "code {0} from {1}")
    @MethodSource("codesAndCalls")
    void whileItServesEndsEachRequestOnce(int code, Call call) {
        for (int n : new int[] {1, 5}) { // in the prefill, and while tokens are decoded
            Held before = EmulatedGpu.held();
            try (TidarEngine engine = load(options(DeviceFallback.FAIL))) {
                EmulatedGpu.reject(call, n, code);

                boolean failed = ends(engine, LONG_PROMPT) | ends(engine, 3);

                assertThat(failed).isEqualTo(!EmulatedGpu.rejectionIsPending(call));
                if (failed && isSticky(code)) {
                    awaitDead(engine);
                    assertThatThrownBy(() -> submit(engine, 3)).isInstanceOf(EngineClosedException.class);
                } else {
                    EmulatedGpu.reset();
                    assertThat(ends(engine, 3)).as("it goes on").isFalse();
                    assertThat(engine.status().state()).isEqualTo(EngineState.READY);
                    await(() -> {
                        KvStatus kv = engine.status().kv();
                        return kv.freeBytes() + kv.cachedBytes() == kv.bytes();
                    });
                }
            }
            EmulatedGpu.reset();
            assertNothingLeaked(before, code);
            restartIfSticky(code);
        }
    }

    @ParameterizedTest(name = "code {0} from {1}")
    @MethodSource("codesAndCallsOfClosing")
    void whileTheEngineClosesKeepsNobodyWaiting(int code, Call call) {
        TidarEngine engine = load(options(DeviceFallback.FAIL));
        Generation running = submit(engine, 3);
        EmulatedGpu.reject(call, 1, code);

        engine.close();

        end(running);
        assertThat(engine.status().state()).isEqualTo(EngineState.DEAD);
    }

    @ParameterizedTest(name = "code {0} from {1}")
    @MethodSource("stickyCodesAndCalls")
    void isReplacedByTheCpuWhereThatIsAllowed(int code, Call call) {
        try (TidarEngine engine = load(options(DeviceFallback.CPU))) {
            assertThat(engine.status().device()).startsWith("cuda:0");
            EmulatedGpu.reject(call, 1, code);
            boolean failed = end(submit(engine, 3));
            assertThat(failed).isEqualTo(!EmulatedGpu.rejectionIsPending(call));
            EmulatedGpu.reset();

            assertThat(end(submit(engine, 3))).isFalse();

            if (failed) {
                assertThat(engine.status().state()).isEqualTo(EngineState.DEGRADED);
                assertThat(engine.status().device()).startsWith("cpu");
                assertThat(engine.status().degradations()).anyMatch(d -> d.contains("the CPU instead of a GPU"));
            }
        }
    }

    /**
     * The first request with a filter makes a new shape, whose first step takes scratch memory for logits. It is sent
     * again while memory is still missing, and once more when it is there.
     */
    @Test
    void withoutMemoryForTheFirstStepOfAShapeServesTheShapeOnceThereIsSome() throws InterruptedException {
        List<Integer> expected;
        try (TidarEngine engine = load(options(DeviceFallback.FAIL))) {
            expected = submitFiltered(engine).await().tokens();
        }
        try (TidarEngine engine = load(options(DeviceFallback.FAIL))) {
            assertThat(end(submit(engine, 3))).isFalse();
            EmulatedGpu.memory(EmulatedGpu.held().bytes()); // nothing is free
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> submitFiltered(engine).await())
                        .as("try %d", i)
                        .hasStackTraceContaining("the device has no room for logits of samples");
            }

            EmulatedGpu.reset();

            for (int i = 0; i < 3; i++) { // queued, captured, replayed
                assertThat(submitFiltered(engine).await().tokens()).isEqualTo(expected);
            }
            assertThat(engine.status().state()).isEqualTo(EngineState.READY);
        }
    }

    /**
     * Engines that each meet an error that passes, at a call and in a place that differ from engine to engine. What
     * they answer after it is what they would have answered without.
     */
    @Test
    @Timeout(3_000)
    void leavesNoWrongTokenAfterAnErrorThatPasses() throws InterruptedException {
        List<Integer> longAnswer;
        List<Integer> shortAnswer;
        try (TidarEngine engine = load(options(DeviceFallback.FAIL))) {
            longAnswer = submit(engine, LONG_PROMPT).await().tokens();
            shortAnswer = submit(engine, 3).await().tokens();
        }
        int failed = 0;
        int answered = 0;
        int numEngines = TestGrid.sizeOfLongest(4, 500);
        for (int i = 0; i < numEngines; i++) {
            Held before = EmulatedGpu.held();
            try (TidarEngine engine = load(options(DeviceFallback.FAIL))) {
                Call call = i % 2 == 0 ? Call.SYNCHRONISE : CALLS.get(i / 2 % CALLS.size());
                submit(engine, 3).await(); // its shapes are captured, so that later steps are replayed
                submit(engine, 3).await();
                EmulatedGpu.reject(call, 1 + i / 8 % 12, i % 3 == 0 ? OUT_OF_MEMORY : INVALID_VALUE);
                for (int round = 0; round < 4; round++) {
                    List<Generation> both = List.of(submit(engine, LONG_PROMPT), submit(engine, 3));
                    for (Generation generation : both) {
                        List<Integer> expected = generation.promptTokens() == 3 ? shortAnswer : longAnswer;
                        if (end(generation)) {
                            failed++;
                        } else {
                            assertThat(generation.await().tokens())
                                    .as("engine %d after %s", i, call)
                                    .isEqualTo(expected);
                            answered++;
                        }
                    }
                }
                EmulatedGpu.reset();
                assertThat(submit(engine, LONG_PROMPT).await().tokens())
                        .as("engine %d, once nothing fails any more", i)
                        .isEqualTo(longAnswer);
                assertThat(submit(engine, 3).await().tokens()).isEqualTo(shortAnswer);
            }
            assertThat(EmulatedGpu.held()).isEqualTo(before);
        }
        assertThat(answered)
                .as("%d engines, %d requests failed", numEngines, failed)
                .isGreaterThan(numEngines);
        assertThat(failed).isPositive();
    }

    @Test
    void thatHasTooLittleMemorySaysHowMuchIsNeededAndFree() {
        EmulatedGpu.memory(3 << 20);
        assertThatThrownBy(() -> load(options(DeviceFallback.FAIL)))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("bytes are needed")
                .hasMessageContaining("are free");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "cuda"})
    void thatHasTooLittleMemoryIsReplacedAtLoad(String device) {
        EmulatedGpu.memory(3 << 20);
        EngineOptions options = builder()
                .device(Device.of(device))
                .deviceFallback(DeviceFallback.CPU)
                .build();
        try (TidarEngine engine = load(options)) {
            assertThat(engine.status().state()).isEqualTo(EngineState.DEGRADED);
            assertThat(engine.status().device()).startsWith("cpu");
        }
    }

    @Test
    void nowAndThenLeavesNothingAfter() {
        Held before = EmulatedGpu.held();
        for (int i = 0; i < 3; i++) {
            try (TidarEngine engine = load(options(DeviceFallback.FAIL))) {
                assertThat(end(submit(engine, LONG_PROMPT))).isFalse();
            }
            assertThat(EmulatedGpu.held()).isEqualTo(before);
        }
    }

    /** A lost context keeps its memory until the process ends; everything else gives it back. */
    private static void assertNothingLeaked(Held before, int code) {
        if (!isSticky(code)) {
            assertThat(EmulatedGpu.held()).isEqualTo(before);
        }
    }

    private static void restartIfSticky(int code) {
        if (isSticky(code)) {
            EmulatedGpu.restart();
        }
    }

    private static Generation submitFiltered(TidarEngine engine) {
        return engine.submit(
                GenerationRequest.builder(new Prompt.Tokens(List.of(1, 2, 3)))
                        .maxTokens(6)
                        .sampling(Sampling.builder()
                                .temperature(0.9)
                                .topK(5)
                                .seed(7)
                                .build())
                        .build(),
                GenerationListener.NONE);
    }

    private static Generation submit(TidarEngine engine, int promptTokens) {
        List<Integer> ids =
                IntStream.range(0, promptTokens).map(i -> i % 50).boxed().toList();
        return engine.submit(
                GenerationRequest.builder(new Prompt.Tokens(ids))
                        .maxTokens(6)
                        .decoding(Decoding.of(DecodeMode.SINGLE_PASS).withDraftLength(2))
                        .build(),
                GenerationListener.NONE);
    }

    /** Submits a request and waits for its end. Returns whether it failed, with a typed error. */
    private static boolean ends(TidarEngine engine, int promptTokens) {
        try {
            return end(submit(engine, promptTokens));
        } catch (EngineClosedException e) { // an earlier request has met the failure
            return true;
        }
    }

    /** Waits for its end. Returns whether it failed, with a typed error. */
    private static boolean end(Generation generation) {
        try {
            assertThat(generation.await().tokens()).isNotEmpty();
            return false;
        } catch (TidarException e) {
            assertThat(e)
                    .isInstanceOfAny(
                            DeviceException.class, GenerationFailedException.class, EngineClosedException.class);
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError("it has no end", e);
        }
    }

    private static void awaitDead(TidarEngine engine) {
        await(() -> engine.status().state() == EngineState.DEAD);
    }

    /** The engine thread goes on a little after a request has ended. */
    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    /** On a clock that lets each layout be measured in one step. */
    private static TidarEngine load(EngineOptions options) {
        AtomicLong seconds = new AtomicLong();
        return TidarEngine.load(options, () -> seconds.getAndIncrement() * 1_000_000_000, network -> network);
    }

    private static EngineOptions options(DeviceFallback fallback) {
        return builder().device(Device.CUDA).deviceFallback(fallback).build();
    }

    private static EngineOptions.Builder builder() {
        return EngineOptions.builder(TestModel.folder("golden/llama"))
                .weights(WeightFormat.F32)
                .threads(1)
                .contextLength(128)
                .limits(Limits.builder()
                        .maxRunning(2)
                        .prefillChunk(64)
                        .maxQueueWait(Duration.ofDays(365)) // the clock runs fast
                        .build())
                .decoding(Decoding.AUTO.withDraftLength(2)); // measured at load: few rows, little time
    }
}
