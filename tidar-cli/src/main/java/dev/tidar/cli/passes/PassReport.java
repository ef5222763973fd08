package dev.tidar.cli.passes;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The time of a forward by its number of rows.
 *
 * @param model name of the model folder
 * @param weights how the device holds the weights
 * @param device device that computed
 * @param backend kernels that computed
 * @param jvm version of Java
 * @param repeats times that each number of rows was measured; the shortest counts
 * @param weightBytes bytes of all weights, scales left out; a forward reads them once, but for the rows of an embedding
 *     that is not the head, too
 * @param readGbPerSecond billions of bytes in a second that a plain read of as many bytes reaches in the same run, on
 *     all processors; null where the device is not the processor
 * @param passes one for each number of rows
 */
public record PassReport(
        String model,
        String weights,
        String device,
        String backend,
        String jvm,
        int repeats,
        long weightBytes,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double readGbPerSecond,
        List<Pass> passes) {

    public PassReport {
        passes = List.copyOf(passes);
    }

    /**
     * A forward.
     *
     * @param rows its rows: sequences that decode autoregressively beside each other
     * @param millis its time
     * @param ofOneRow its time over that of the first number of rows
     * @param shareOfRead bytes of weights in its time, over what the plain read reaches; null without one
     */
    public record Pass(
            int rows,
            double millis,
            double ofOneRow,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Double shareOfRead) {}
}
