package dev.tidar.backend.jni;

import dev.tidar.tensor.MatrixSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A row of a source that stands in a packed row. */
record SourceRow(MatrixSource source, int row) {

    /** Packed rows that nothing stands in yet. */
    static List<Optional<SourceRow>> none(int rows) {
        List<Optional<SourceRow>> none = new ArrayList<>(rows);
        for (int i = 0; i < rows; i++) {
            none.add(Optional.empty());
        }
        return none;
    }
}
