package dev.tidar.backend;

import dev.tidar.api.Activations;
import dev.tidar.api.DeviceException;
import dev.tidar.api.NativeKernels;
import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.CudaVerbs;
import dev.tidar.backend.cuda.driver.Gpu;
import dev.tidar.backend.jni.NativeLibrary;
import dev.tidar.step.Pass;
import dev.tidar.step.RowCounts;
import dev.tidar.step.SampledLogProbs;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepProgram;
import dev.tidar.step.StepRows;
import dev.tidar.step.VerifyPlan;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.Window;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The arithmetic of one device. The CPU on plain loops defines what each verb means; every other device agrees with it
 * within the tolerance stated in {@code BackendContract}.
 *
 * <p>Conventions, for every verb:
 *
 * <ul>
 *   <li>A verb writes its first parameter and reads the others; they overlap only where stated.
 *   <li>Tensors are row-major and live on this device. A verb works on the first rows of a tensor; its
 *       {@link RowCounts}, {@link StepRows} or {@link Ids} give their number. All other rows keep their values.
 *   <li>The bits of a row depend on that row and what it sees, never on the number of other rows: each product is one
 *       chain of fused multiply-adds over ascending inputs, and keys are reduced in tiles that are aligned to absolute
 *       positions.
 *   <li>Only the methods under <i>memory</i> allocate. Work may still be queued when a verb returns; {@link #read}
 *       waits for it.
 *   <li>A wrong argument throws an {@link IllegalArgumentException} before any work starts; a device fault throws a
 *       {@link dev.tidar.api.DeviceException} from this call or a later one.
 * </ul>
 *
 * <p>Not thread-safe: one engine thread owns a backend from creation to {@link #close}.
 */
public sealed interface Backend extends Allocator, AutoCloseable permits CheckedBackend {

    /** A backend on the processor's cores, with the fastest kernels that this JVM can run. */
    static Backend onCpu(WeightFormat weights, int threads) {
        return CpuChoice.of(weights, Activations.AUTO, NativeKernels.AUTO, threads)
                .backend();
    }

    /**
     * A backend on the processor's cores, with these kernels in Java.
     *
     * @param activations AUTO is FLOAT here
     */
    static Backend onCpu(WeightFormat weights, Activations activations, int threads, KernelChoice kernels) {
        return new CheckedBackend(new CpuDevice(weights, activations, threads, kernels));
    }

    /**
     * A backend on the processor's cores, in native code.
     *
     * @param activations AUTO is INT8 here
     * @throws DeviceException if native code cannot be used, with the reason
     */
    static Backend onNativeCpu(WeightFormat weights, Activations activations, int threads) {
        NativeLibrary.Outcome library = NativeLibrary.outcome();
        String level = library.level().orElseThrow(() -> new DeviceException(library.problem(), null));
        Activations chosen = activations == Activations.AUTO ? Activations.INT8 : activations;
        return new CheckedBackend(new NativeDevice(weights, chosen, threads, level));
    }

    /** The same in Java, with activations in float. */
    static Backend onCpu(WeightFormat weights, int threads, KernelChoice kernels) {
        return onCpu(weights, Activations.FLOAT, threads, kernels);
    }

    /**
     * A backend on a GPU, which it holds until it is closed.
     *
     * @param weights how the device stores the weights
     * @param arithmetic how it computes
     * @throws DeviceException if the GPU cannot be used
     */
    static Backend onGpu(WeightFormat weights, Arithmetic arithmetic, Gpu gpu) {
        return new CheckedBackend(new GpuDevice(new CudaVerbs(weights, arithmetic, gpu, true)));
    }

    // memory, besides that of an allocator

    PagedKv allocateKv(KvGeometry geometry, int blocks);

    /** An allocator that takes nothing and counts what this backend would take. */
    MemoryCount count();

    // a step

    /**
     * Prepares the steps of one network. A device may pad a step to a shape that it knows, and may replay what it did
     * for that shape before instead of calling the verbs again. So {@code verbs} must do nothing but call verbs on the
     * inputs that it is given, and which verbs it calls, and on how many rows, must depend on the shape of these inputs
     * alone. {@link #read} then returns the values of the unpadded step.
     *
     * @param kv the KV cache that all its attention layers use
     * @param heads the head geometry of all its attention layers
     * @param maxRows the number of rows of its tensors; no step is padded beyond it
     * @param verbs calls the verbs of a step
     */
    StepProgram program(PagedKv kv, HeadGeometry heads, int maxRows, Consumer<StepInputs> verbs);

    // verbs

    /**
     * {@code y[r] = table[token(r)] * factor}; y {@code [rows, inputs]}, table {@code [vocab, inputs]}.
     *
     * @param factor finite; 1 leaves the rows as they are
     */
    void embed(Tensor y, Linear table, float factor, StepRows rows);

    /** RMSNorm (arXiv 1910.07467) over the last dimension, epsilon inside the root; y may be x. */
    void rmsNorm(Tensor y, Tensor x, Gain gain, float epsilon, int rows);

    /** {@code y = x · wᵀ (+ bias, + adapter on drafting rows)}; y {@code [rows, outputs]}, x {@code [rows, inputs]}. */
    void linear(Tensor y, Tensor x, Linear w, RowCounts rows);

    /** {@code y += x · wᵀ (+ bias, + adapter on drafting rows)}: the product is complete before it is added. */
    void linearAdd(Tensor y, Tensor x, Linear w, RowCounts rows);

    /** {@code y = silu(x · gateᵀ) * (x · upᵀ)} of a {@link #gated} layer; y {@code [rows, outputs]}. */
    void swiGlu(Tensor y, Tensor x, Linear gated, RowCounts rows);

    /**
     * Prepares attention, in place on qkv {@code [rows, heads.columns()]}: normalises each query and key head where
     * gains are given (Qwen3), rotates queries and keys (RoPE, half-split pairs {@code (i, i + headDim / 2)}), scales
     * queries where the table says so, then writes keys and values of the exact rows to their slots in this layer's
     * blocks, rounded to the cache's dtype.
     */
    void rotateAndStore(
            Tensor qkv,
            HeadGeometry heads,
            Optional<HeadNorms> norms,
            RotaryTable rope,
            PagedKv kv,
            int layer,
            StepRows rows);

    /**
     * Attention by visibility, scaled by {@code 1 / sqrt(headDim)}: row r reads the cached keys
     * {@code window.first(position(r))..visible(r) - 1} of its sequence, and a drafting row also reads the fresh keys
     * and values of its own group in qkv. out is {@code [rows, heads.queryColumns()]}; qkv is as
     * {@link #rotateAndStore} left it.
     */
    void attention(Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, Window window, StepRows rows);

    /**
     * Writes the numbers of the rows that the head is applied to first: {@code rows[i]} is row number i of
     * {@link StepInputs#verifyRows}.
     */
    void verifyRows(Ids rows, StepInputs inputs);

    /**
     * Writes the numbers of the mixed rows: {@code rows[i]} is the row that row i of {@link #verifyRows} is mixed with,
     * from {@link StepInputs#mixedRows}.
     */
    void mixedRows(Ids rows, StepInputs inputs);

    /**
     * {@code y[i] = beta · y[i] + (1 - beta) · x[i]} with the beta of its sequence, for each row that is mixed; rows
     * whose number is NONE stay as they are. y and x are {@code [numSamples, hidden]}.
     *
     * @param rows as {@link #mixedRows} left them
     */
    void mix(Tensor y, Tensor x, Ids rows, StepInputs inputs);

    /**
     * {@code y[i] = x[rows[i]]} for the first {@code count} row numbers; entries that are NONE leave y[i] undefined.
     */
    void gatherRows(Tensor y, Tensor x, Ids rows, int count);

    /**
     * Samples one token for each row of a pass: it computes {@code logits = h · headᵀ}, leaves out the banned ids, and
     * applies {@link dev.tidar.sampling.TokenSampler} with the row's sampling and the noise of the position that the
     * row decides.
     *
     * @param sampled {@code [rows of the pass]}; NONE where the row number is NONE or no score is finite
     * @param logProbs receives what {@link dev.tidar.sampling.LogProbRow} defines for the rows that ask for it; the
     *     entries of other rows keep their values
     * @param h {@code [rows of the pass, hidden]}, gathered and normalised rows
     * @param rowNumbers {@code [rows of the pass]}, where each row of h stands in the step
     */
    void sample(
            Ids sampled, SampledLogProbs logProbs, Tensor h, Linear head, Ids rowNumbers, StepInputs inputs, Pass pass);

    /** Sets the ids that {@link #sample} never samples: the mask token, and ids beyond the tokenizer. */
    void ban(int[] tokenIds);

    /**
     * Verifies the drafts and chooses the next ones. {@code kept[s]} receives the kept count that
     * {@link dev.tidar.step.Verification} defines; {@code draftRows[firstDraft + slot - 1]} receives the row numbers of
     * the masks that draft for it, slots 1..K-1 of the group, or NONE where no group drafts.
     *
     * @param kept {@code [plans]}
     * @param draftRows {@code [sum of K - 1 over the plans]}
     * @param sampled samples of the verify rows of this step
     */
    void accept(Ids kept, Ids draftRows, Ids sampled, StepRows rows, List<VerifyPlan> plans);

    // copies

    /** Copies integers to the device, from the start of {@code to}. */
    void write(Ids to, int[] values);

    /** Waits for all queued work and copies the first {@code count} integers to the host. */
    int[] read(Ids from, int count);

    /** Waits for all queued work and copies the first rows to the host, {@code [rows * columns]}. */
    float[] read(Tensor from, int rows);

    // facts

    /** The device and its kernels, for logs and health. */
    BackendFacts facts();

    /** The element type of a KV cache that this backend reads fastest. */
    DType cacheType();

    /** Bytes that the device has free now; empty where memory is the Java heap. */
    OptionalLong freeBytes();

    /** Frees everything this backend allocated. */
    @Override
    void close();
}
