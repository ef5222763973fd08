package dev.tidar.step;

import dev.tidar.sampling.RowSampling;
import java.util.List;

/**
 * How the rows of one sequence sample in a step.
 *
 * @param verify one for each verify row
 * @param drafts one for each draft that a group can give
 */
public record RowSamplings(List<RowSampling> verify, List<RowSampling> drafts) {

    public RowSamplings {
        verify = List.copyOf(verify);
        drafts = List.copyOf(drafts);
    }
}
