package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.Product.Epilogue;
import dev.tidar.backend.cuda.driver.CudaDevice;
import dev.tidar.backend.cuda.memory.CudaLinear;
import dev.tidar.backend.cuda.memory.CudaTensor;
import dev.tidar.backend.cuda.memory.Scratch;
import dev.tidar.step.RowCounts;

/** Products of rows with packed layers, and what draft adapters add to them. Confined to the engine thread. */
public final class Products {

    private static final int BF16_BYTES = 2;

    private final Forms forms;
    private final ProductKernels kernels;
    private final boolean narrow;
    private final Scratch ranks;
    private final Scratch addends;

    Products(CudaDevice device, Arithmetic arithmetic, Forms forms, ProductKernels kernels) {
        this.forms = forms;
        this.kernels = kernels;
        this.narrow = arithmetic == Arithmetic.FAST;
        this.ranks = Scratch.zeros(device, "the ranks of an adapter");
        this.addends = Scratch.undefined(device, "what an adapter adds");
    }

    /** {@code y = x · wᵀ}. */
    public void linear(CudaTensor y, CudaTensor x, CudaLinear w, RowCounts rows) {
        multiply(y, x, w, rows, Epilogue.STORE);
        y.written(false);
    }

    /** {@code y += x · wᵀ}. */
    public void linearAdd(CudaTensor y, CudaTensor x, CudaLinear w, RowCounts rows) {
        forms.floats(y, rows.total());
        multiply(y, x, w, rows, Epilogue.ADD);
        y.written(false);
    }

    /** {@code y = silu(x · gateᵀ) * (x · upᵀ)}. */
    public void swiGlu(CudaTensor y, CudaTensor x, CudaLinear w, RowCounts rows) {
        multiply(y, x, w, rows, narrow ? Epilogue.SWIGLU_BF16 : Epilogue.SWIGLU);
        y.written(narrow);
    }

    /** Computes {@code x · wᵀ} for consecutive rows of x and writes it to memory of {@code [count, outputs]} floats. */
    void scores(long to, CudaTensor x, CudaLinear w, int first, int count) {
        int pitch = forms.inputPitch(x.columns());
        kernels.score(new Product(
                to,
                w.outputs(),
                forms.inputs(x, first + count) + (long) first * pitch * (narrow ? BF16_BYTES : Float.BYTES),
                pitch,
                w.matrix(),
                w.biasAddress(),
                0,
                count,
                Epilogue.STORE,
                count,
                w.outputs()));
    }

    private void multiply(CudaTensor y, CudaTensor x, CudaLinear w, RowCounts rows, Epilogue epilogue) {
        long inputs = forms.inputs(x, rows.total());
        int pitch = forms.inputPitch(x.columns());
        long addend = 0;
        if (rows.drafting() > 0 && w.adapter().isPresent()) {
            long drafting = inputs + (long) rows.exact() * pitch * (narrow ? BF16_BYTES : Float.BYTES);
            addend = adapt(drafting, pitch, w.adapter().get(), rows.drafting());
        }
        boolean toNarrow = epilogue == Epilogue.SWIGLU_BF16;
        kernels.multiply(new Product(
                toNarrow ? y.narrow() : y.floats(),
                toNarrow ? y.pitch() : y.columns(),
                inputs,
                pitch,
                w.matrix(),
                w.biasAddress(),
                addend,
                rows.exact(),
                epilogue,
                rows.total(),
                w.outputs()));
    }

    /**
     * Computes what the adapter adds to drafting rows, {@code [drafting, packed rows]} in float; returns its address.
     */
    private long adapt(long x, int xPitch, CudaLinear.Adapter adapter, int drafting) {
        int numRanks = adapter.down().rows();
        int pitch = forms.inputPitch(numRanks);
        int width = adapter.up().paddedRows();
        long t = ranks.reserve((long) drafting * pitch * Float.BYTES);
        long u = addends.reserve((long) drafting * width * Float.BYTES);
        Epilogue toRanks = narrow ? Epilogue.STORE_BF16 : Epilogue.STORE;
        kernels.multiply(new Product(t, pitch, x, xPitch, adapter.down(), 0, 0, drafting, toRanks, drafting, numRanks));
        kernels.multiply(
                new Product(u, width, t, pitch, adapter.up(), 0, 0, drafting, Epilogue.STORE, drafting, width));
        return u;
    }
}
