package dev.tidar.checkpoint;

import dev.tidar.api.InvalidModelException.Fault;
import java.util.function.UnaryOperator;

/**
 * A good folder with one thing wrong, and how it must be rejected.
 *
 * @param row row of the list of bad inputs, and what is wrong
 * @param words what the message must say
 */
record Bad(String row, UnaryOperator<ModelFolderFixture> change, Fault fault, String... words) {

    @Override
    public String toString() {
        return row;
    }

    static Bad corrupt(String row, UnaryOperator<ModelFolderFixture> change, String... words) {
        return new Bad(row, change, Fault.CORRUPT, words);
    }

    static Bad unsupported(String row, UnaryOperator<ModelFolderFixture> change, String... words) {
        return new Bad(row, change, Fault.UNSUPPORTED, words);
    }
}
