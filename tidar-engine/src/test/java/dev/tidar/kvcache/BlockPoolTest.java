package dev.tidar.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("KV blocks")
class BlockPoolTest {

    @Test
    void areLeasedAllOrNotAtAll() {
        BlockPool pool = new BlockPool(4);

        assertThat(pool.lease(5)).isEmpty();
        assertThat(pool.free()).isEqualTo(4);
        assertThat(pool.lease(4)).isPresent();
        assertThat(pool.lease(1)).isEmpty();
    }

    @Test
    void comeBackOnceHoweverOftenTheLeaseIsClosed() {
        BlockPool pool = new BlockPool(4);
        BlockLease lease = pool.lease(3).orElseThrow().get(0);

        lease.close();
        lease.close();

        assertThat(pool.free()).isEqualTo(2);
    }

    @Test
    void cannotBeGivenBackByWhoHasNoLease() {
        BlockPool pool = new BlockPool(4);
        int block = pool.lease(1).orElseThrow().get(0).block();
        pool.release(block);

        assertThatIllegalStateException()
                .isThrownBy(() -> pool.release(block))
                .withMessageContaining("leased by nobody");
    }

    @Test
    void cannotBeLeasedByTheHalf() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BlockPool(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new BlockPool(1).lease(0));
    }

    @Nested
    class InATable {

        @Test
        void growWithTheSequenceAndKeepTheirOrder() {
            BlockPool pool = new BlockPool(4);
            BlockTable table = new BlockTable(pool, 16);

            assertThat(table.reserve(16)).isTrue();
            int first = table.blocks()[0];
            assertThat(table.reserve(17)).isTrue();
            assertThat(table.reserve(32)).isTrue();

            assertThat(table.blocks()).hasSize(2).startsWith(first);
        }

        @Test
        void stayAsTheyAreWhereThereIsNoRoom() {
            BlockTable table = new BlockTable(new BlockPool(2), 16);
            table.reserve(20);

            assertThat(table.reserve(33)).isFalse();
            assertThat(table.blocks()).hasSize(2);
        }

        @Test
        void areFreeAgainOnceItIsClosed() {
            BlockPool pool = new BlockPool(4);
            BlockTable table = new BlockTable(pool, 16);
            table.reserve(1);
            table.reserve(60);

            table.close();

            assertThat(pool.free()).isEqualTo(4);
        }
    }
}
