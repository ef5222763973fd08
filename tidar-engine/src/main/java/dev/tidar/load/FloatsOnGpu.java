package dev.tidar.load;

import dev.tidar.backend.cuda.Arithmetic;
import dev.tidar.backend.cuda.Attention;
import dev.tidar.tensor.HeadGeometry;
import java.util.ArrayList;
import java.util.List;

/** Why a GPU computes a model in float32, which is many times slower than its tensor cores, without being asked to. */
final class FloatsOnGpu {

    private FloatsOnGpu() {}

    /** One line for each reason, with what the user can set; nothing where the tensor cores compute everything. */
    static List<String> reasons(Arithmetic arithmetic, HeadGeometry heads) {
        List<String> reasons = new ArrayList<>();
        if (arithmetic == Arithmetic.STRICT) {
            reasons.add(
                    "The weights are stored as float32, so the GPU computes in float32 to keep their precision, many"
                            + " times slower than in bfloat16; set the weight format to bf16 or int8 to use its tensor cores");
        } else if (!Attention.runsOnTensorCores(heads)) {
            reasons.add(("Attention with heads of %d, %d of which share keys, is computed in float32: kernels for the"
                            + " tensor cores exist for heads of 64 and 128, of which up to 64 share keys; no setting"
                            + " changes that, and a CPU can be faster (set the device to cpu)")
                    .formatted(heads.headDim(), heads.queryHeadsPerKvHead()));
        }
        return reasons;
    }
}
