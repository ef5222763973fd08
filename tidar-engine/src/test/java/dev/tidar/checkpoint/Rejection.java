package dev.tidar.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What every rejection must look like: the one exception type, its fault, the words that tell the user what to do. */
public final class Rejection {

    private Rejection() {}

    public static void assertRejected(Fault fault, ThrowingCallable reading, String... words) {
        assertThatExceptionOfType(InvalidModelException.class)
                .isThrownBy(reading)
                .satisfies(e -> assertThat(e.fault()).as(e.getMessage()).isEqualTo(fault))
                .satisfies(e -> assertThat(e.getMessage()).contains(words).matches("\\P{Cntrl}*"));
    }
}
