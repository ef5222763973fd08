package dev.tidar.backend;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.cpu.Attention;
import dev.tidar.backend.cpu.CpuGain;
import dev.tidar.backend.cpu.CpuIds;
import dev.tidar.backend.cpu.CpuKv;
import dev.tidar.backend.cpu.CpuLinear;
import dev.tidar.backend.cpu.CpuRotaryTable;
import dev.tidar.backend.cpu.CpuTensor;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.backend.cpu.MatrixPacker;
import dev.tidar.backend.cpu.Picks;
import dev.tidar.backend.cpu.Products;
import dev.tidar.backend.cpu.RowOperations;
import dev.tidar.backend.cpu.WorkerPool;
import dev.tidar.backend.cpu.Workspace;
import dev.tidar.sampling.LogProbRow;
import dev.tidar.sampling.PickRule;
import dev.tidar.sampling.VerifyPlan;
import dev.tidar.tensor.Gain;
import dev.tidar.tensor.HeadGeometry;
import dev.tidar.tensor.HeadNorms;
import dev.tidar.tensor.Ids;
import dev.tidar.tensor.KvGeometry;
import dev.tidar.tensor.Linear;
import dev.tidar.tensor.LinearSource;
import dev.tidar.tensor.PagedKv;
import dev.tidar.tensor.PickedLogProbs;
import dev.tidar.tensor.RotaryTable;
import dev.tidar.tensor.RowCounts;
import dev.tidar.tensor.StepRows;
import dev.tidar.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The verbs on the processor's cores, in float. What each verb means is said in {@link dev.tidar.backend.cpu} in plain
 * loops; where the JVM has the vector module, SIMD kernels compute the same bits faster.
 *
 * <p>All memory is on the heap. A verb has finished when it returns. This class checks arguments and hands over.
 */
public final class CpuBackend implements Backend {

    private final KernelChoice choice;
    private final WorkerPool pool;
    private final Workspace workspace;
    private final MatrixPacker packer;
    private final Products products;
    private final RowOperations rowOperations;
    private final Attention attention;
    private final Picks picks;

    /** A backend with the best kernels that this JVM can run. */
    public CpuBackend(WeightFormat weights, int threads) {
        this(weights, threads, KernelChoice.automatic());
    }

    /** A backend with these kernels. */
    public CpuBackend(WeightFormat weights, int threads, KernelChoice choice) {
        this.choice = choice;
        this.pool = new WorkerPool(threads);
        this.workspace = new Workspace(threads);
        this.packer = new MatrixPacker(weights);
        this.products = new Products(choice, pool, workspace);
        this.rowOperations = new RowOperations(pool);
        this.attention = new Attention(choice, pool, workspace);
        this.picks = new Picks(products, pool);
    }

    @Override
    public Tensor allocate(int rows, int columns) {
        CpuTensor tensor = new CpuTensor(rows, columns);
        workspace.reserveRows(rows, columns);
        return tensor;
    }

    @Override
    public Ids allocateIds(int capacity) {
        return new CpuIds(capacity);
    }

    @Override
    public PagedKv allocateKv(KvGeometry geometry, int blocks) {
        return new CpuKv(geometry, blocks);
    }

    @Override
    public Linear linear(List<LinearSource> stacked) {
        require(!stacked.isEmpty(), "stacked must have a source, but has none");
        return packer.stacked(stacked);
    }

    @Override
    public Linear gated(LinearSource gate, LinearSource up) {
        return packer.gated(gate, up);
    }

    @Override
    public Gain gain(float[] values) {
        return new CpuGain(values);
    }

    @Override
    public RotaryTable rotaryTable(float[] inverseFrequencies, int maxPositions) {
        return new CpuRotaryTable(inverseFrequencies, maxPositions);
    }

    @Override
    public void embed(Tensor y, Linear table, StepRows rows) {
        requireShape("y", y, rows.counts().total(), table.inputs());
        requireGated("table", table, false);
        for (int row = 0; row < rows.counts().total(); row++) {
            requireIndex("token", rows.token(row), table.outputs());
        }
        rowOperations.embed((CpuTensor) y, (CpuLinear) table, rows);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor x, Gain gain, float epsilon, int rows) {
        requireShape("y", y, rows, gain.length());
        requireShape("x", x, rows, gain.length());
        rowOperations.rmsNorm((CpuTensor) y, (CpuTensor) x, (CpuGain) gain, epsilon, rows);
    }

    @Override
    public void linear(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireProduct(y, x, w, rows, false);
        products.linear((CpuTensor) y, (CpuTensor) x, (CpuLinear) w, rows);
    }

    @Override
    public void linearAdd(Tensor y, Tensor x, Linear w, RowCounts rows) {
        requireProduct(y, x, w, rows, false);
        products.linearAdd((CpuTensor) y, (CpuTensor) x, (CpuLinear) w, rows);
    }

    @Override
    public void swiGlu(Tensor y, Tensor x, Linear gated, RowCounts rows) {
        requireProduct(y, x, gated, rows, true);
        products.swiGlu((CpuTensor) y, (CpuTensor) x, (CpuLinear) gated, rows);
    }

    @Override
    public void rotateAndStore(
            Tensor qkv,
            HeadGeometry heads,
            Optional<HeadNorms> norms,
            RotaryTable rope,
            PagedKv kv,
            int layer,
            StepRows rows) {
        requireAttention(qkv, heads, kv, layer, rows);
        CpuRotaryTable table = (CpuRotaryTable) rope;
        require(
                table.headDim() == heads.headDim(),
                "rotary table must be for head dim %d, but is for %d",
                heads.headDim(),
                table.headDim());
        norms.ifPresent(n -> require(
                n.query().length() == heads.headDim() && n.key().length() == heads.headDim(),
                "head norms must have %d elements, but have %d and %d",
                heads.headDim(),
                n.query().length(),
                n.key().length()));
        for (int row = 0; row < rows.counts().total(); row++) {
            requireIndex("position", rows.position(row), rope.positions());
        }
        rowOperations.rotateAndStore((CpuTensor) qkv, heads, norms, table, (CpuKv) kv, layer, rows);
    }

    @Override
    public void attention(Tensor out, Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, StepRows rows) {
        requireAttention(qkv, heads, kv, layer, rows);
        requireShape("out", out, rows.counts().total(), heads.queryColumns());
        attention.attend((CpuTensor) out, (CpuTensor) qkv, heads, (CpuKv) kv, layer, rows);
    }

    @Override
    public void gatherRows(Tensor y, Tensor x, Ids rows, int count) {
        requireShape("y", y, count, x.columns());
        require(count <= rows.capacity(), "rows must hold %d numbers, but hold %d", count, rows.capacity());
        int[] numbers = ((CpuIds) rows).values();
        for (int i = 0; i < count; i++) {
            if (numbers[i] != Ids.NONE) {
                requireIndex("row number", numbers[i], x.rows());
            }
        }
        for (int i = 0; i < count; i++) {
            if (numbers[i] != Ids.NONE) {
                int columns = x.columns();
                System.arraycopy(
                        ((CpuTensor) x).values(), numbers[i] * columns, ((CpuTensor) y).values(), i * columns, columns);
            }
        }
    }

    @Override
    public void pick(
            Ids picks,
            PickedLogProbs logProbs,
            Tensor h,
            Linear head,
            Ids rowNumbers,
            int count,
            StepRows rows,
            List<PickRule> rules) {
        requireShape("h", h, count, head.inputs());
        requireGated("head", head, false);
        require(count <= picks.capacity(), "picks must hold %d ids, but hold %d", count, picks.capacity());
        require(count <= rowNumbers.capacity(), "row numbers must be %d, but are %d", count, rowNumbers.capacity());
        require(rules.size() == count, "rules must be one for each of %d rows, but are %d", count, rules.size());
        if (rules.stream().anyMatch(rule -> rule.logProbs().isPresent())) {
            requireShape("log-probabilities", logProbs.values(), count, 1 + LogProbRow.MOST);
        }
        for (int i = 0; i < count; i++) {
            int row = ((CpuIds) rowNumbers).values()[i];
            if (row != Ids.NONE) {
                requireIndex("row number", row, rows.counts().total());
            }
        }
        this.picks.pick((CpuIds) picks, logProbs, (CpuTensor) h, (CpuLinear) head, (CpuIds) rowNumbers, rows, rules);
    }

    @Override
    public void unpickable(int[] tokenIds) {
        for (int id : tokenIds) {
            require(id >= 0, "unpickable ids must not be negative, but one is %d", id);
        }
        picks.unpickable(tokenIds);
    }

    @Override
    public void accept(Ids kept, Ids draftRows, Ids picks, StepRows rows, List<VerifyPlan> plans) {
        require(
                plans.size() <= kept.capacity(),
                "kept must hold %d counts, but holds %d",
                plans.size(),
                kept.capacity());
        for (VerifyPlan plan : plans) {
            require(
                    plan.firstPick() + plan.verifyRows() <= picks.capacity(),
                    "picks must hold %d ids, but hold %d",
                    plan.firstPick() + plan.verifyRows(),
                    picks.capacity());
            require(
                    plan.firstRow() + plan.verifyRows() <= rows.counts().exact(),
                    "verify rows must end by row %d, but end at %d",
                    rows.counts().exact(),
                    plan.firstRow() + plan.verifyRows());
            require(
                    plan.firstDraft() + plan.draftLength() - 1 <= draftRows.capacity(),
                    "draft rows must hold %d numbers, but hold %d",
                    plan.firstDraft() + plan.draftLength() - 1,
                    draftRows.capacity());
        }
        Picks.accept((CpuIds) kept, (CpuIds) draftRows, (CpuIds) picks, rows, plans);
    }

    @Override
    public void write(Ids to, int[] values) {
        require(values.length <= to.capacity(), "ids must hold %d, but hold %d", values.length, to.capacity());
        System.arraycopy(values, 0, ((CpuIds) to).values(), 0, values.length);
    }

    @Override
    public int[] read(Ids from, int count) {
        require(count >= 0 && count <= from.capacity(), "ids must hold %d, but hold %d", count, from.capacity());
        return Arrays.copyOf(((CpuIds) from).values(), count);
    }

    @Override
    public float[] read(Tensor from, int rows) {
        requireShape("tensor", from, rows, from.columns());
        return Arrays.copyOf(((CpuTensor) from).values(), rows * from.columns());
    }

    @Override
    public BackendFacts facts() {
        int threads = pool.threads();
        return new BackendFacts(
                "cpu, %d %s".formatted(threads, threads == 1 ? "thread" : "threads"),
                choice.name(),
                choice.degradations());
    }

    @Override
    public void close() {
        pool.close();
    }

    private static void requireProduct(Tensor y, Tensor x, Linear w, RowCounts rows, boolean gated) {
        requireShape("y", y, rows.total(), w.outputs());
        requireShape("x", x, rows.total(), w.inputs());
        requireGated("w", w, gated);
        require(y != x, "y must not be x");
    }

    private static void requireGated(String name, Linear w, boolean gated) {
        require(
                ((CpuLinear) w).isGated() == gated,
                "%s must come from %s, but comes from %s",
                name,
                gated ? "gated" : "linear",
                gated ? "linear" : "gated");
    }

    private static void requireAttention(Tensor qkv, HeadGeometry heads, PagedKv kv, int layer, StepRows rows) {
        requireShape("qkv", qkv, rows.counts().total(), heads.columns());
        KvGeometry geometry = kv.geometry();
        require(
                geometry.kvHeads() == heads.numKvHeads() && geometry.headDim() == heads.headDim(),
                "KV cache must have %d heads of %d, but has %d of %d",
                heads.numKvHeads(),
                heads.headDim(),
                geometry.kvHeads(),
                geometry.headDim());
        requireIndex("layer", layer, geometry.layers());
        for (int row = 0; row < rows.counts().total(); row++) {
            int sequence = rows.sequence(row);
            int blocks = geometry.blocksFor(rows.visible(row));
            requireBlocks(blocks, rows.numBlocks(sequence), sequence);
            for (int b = 0; b < blocks; b++) {
                requireIndex("block", rows.block(sequence, b), kv.blocks());
            }
        }
    }

    private static void requireBlocks(int needed, int blocks, int sequence) {
        if (blocks < needed) {
            throw new IllegalArgumentException(
                    "block table of sequence %d must have %d blocks, but has %d".formatted(sequence, needed, blocks));
        }
    }

    private static void requireShape(String name, Tensor tensor, int rows, int columns) {
        if (rows < 0 || rows > tensor.rows() || columns != tensor.columns()) {
            throw new IllegalArgumentException("%s must be [%d, %d], but is [%d, %d]"
                    .formatted(name, rows, columns, tensor.rows(), tensor.columns()));
        }
    }

    private static void requireIndex(String name, int index, int size) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("%s must be in [0, %d), but is %d".formatted(name, size, index));
        }
    }

    private static void require(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(message.formatted(values));
        }
    }
}
