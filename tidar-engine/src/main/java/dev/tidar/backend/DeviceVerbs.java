package dev.tidar.backend;

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
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.Rotation;
import dev.tidar.tensor.Tensor;
import dev.tidar.tensor.Window;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The implementation on one device of the methods of {@link Backend} with the same names. {@link CheckedBackend} has
 * checked the arguments, so a device only allocates and computes. Every handle that a device receives is its own.
 */
interface DeviceVerbs {

    Tensor allocate(int rows, int columns);

    Ids allocateIds(int capacity);

    PagedKv allocateKv(KvGeometry geometry, int blocks);

    Linear linear(List<LinearSource> stacked);

    Linear gated(LinearSource gate, LinearSource up);

    Gain gain(float[] values);

    RotaryTable rotaryTable(Rotation rotation, int maxPositions);

    StepProgram program(PagedKv kv, HeadGeometry heads, int maxRows, Consumer<StepInputs> verbs);

    void embed(Tensor y, Linear table, float factor, StepRows rows);

    void rmsNorm(Tensor y, Tensor x, Gain gain, float epsilon, int rows);

    void linear(Tensor y, Tensor x, Linear w, RowCounts rows);

    void linearAdd(Tensor y, Tensor x, Linear w, RowCounts rows);

    void swiGlu(Tensor y, Tensor x, Linear gated, RowCounts rows);

    void rotateAndStore(
            Tensor qkv,
            HeadGeometry heads,
            Optional<HeadNorms> norms,
            RotaryTable rope,
            PagedKv kv,
            int layer,
            StepRows rows);

    void attention(Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, Window window, StepRows rows);

    void verifyRows(Ids rows, StepInputs inputs);

    void mixedRows(Ids rows, StepInputs inputs);

    void mix(Tensor y, Tensor x, Ids rows, StepInputs inputs);

    void gatherRows(Tensor y, Tensor x, Ids rows, int count);

    void sample(
            Ids sampled, SampledLogProbs logProbs, Tensor h, Linear head, Ids rowNumbers, StepInputs inputs, Pass pass);

    void ban(int[] tokenIds);

    void accept(Ids kept, Ids draftRows, Ids sampled, StepRows rows, List<VerifyPlan> plans);

    void write(Ids to, int[] values);

    int[] read(Ids from, int count);

    float[] read(Tensor from, int rows);

    BackendFacts facts();

    DType cacheType();

    DeviceSizes sizes();

    OptionalLong freeBytes();

    void close();
}
