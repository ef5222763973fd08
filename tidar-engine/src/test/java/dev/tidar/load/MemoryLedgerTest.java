package dev.tidar.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.backend.MemoryCount.Need;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The ledger of planned memory")
class MemoryLedgerTest {

    private static final KvGeometry GEOMETRY = new KvGeometry(1, 1, 2, 16, DType.F32);

    private final MemoryLedger ledger = new MemoryLedger();
    private final List<Long> seen = new ArrayList<>();

    @Test
    void keepsWhatOneEngineHasPlannedFromTheNext() {
        enter("heap", 1000);
        enter("heap", 1000);

        assertThat(seen).containsExactly(1000L, 900L);
    }

    @Test
    void countsOnlyWhatIsNotTakenYet() {
        MemoryLedger.Entry first = enter("heap", 1000);
        first.outstanding(30);
        enter("heap", 910);

        assertThat(seen).containsExactly(1000L, 880L);
    }

    @Test
    void givesBackWhatAnEngineDoesNotNeedAnyMore() {
        try (MemoryLedger.Entry first = enter("heap", 1000)) {
            assertThat(ledger.outstanding("heap")).isEqualTo(100);
            assertThat(first.plan().bytes()).isEqualTo(90);
        }

        assertThat(ledger.outstanding("heap")).isZero();
    }

    @Test
    void entersNothingForAPlanThatFails() {
        assertThatThrownBy(() -> ledger.enter("heap", () -> 1, free -> {
                    throw new IllegalStateException("no room");
                }))
                .hasMessage("no room");

        assertThat(ledger.outstanding("heap")).isZero();
    }

    @Test
    void keepsMemoriesApart() {
        enter("heap", 1000);
        enter("cuda:0", 1000);

        assertThat(seen).containsExactly(1000L, 1000L);
    }

    /** A plan of 90 bytes and a reserve of 10. */
    private MemoryLedger.Entry enter(String place, long free) {
        return ledger.enter(place, () -> free, left -> {
            seen.add(left);
            Need need = new Need(40, 0, 20, 30, 0, 0);
            return new MemoryPlan(need, new MemoryRoom(place, free, left, 10, 4), 1, GEOMETRY.blockTokens());
        });
    }
}
