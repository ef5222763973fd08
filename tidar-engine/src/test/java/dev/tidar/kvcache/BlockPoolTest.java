package dev.tidar.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        BlockLease lease = pool.lease(3).orElseThrow();

        lease.close();
        lease.close();

        assertThat(pool.free()).isEqualTo(4);
    }

    @Test
    void cannotBeLeasedByTheHalf() {
        assertThatIllegalArgumentException().isThrownBy(() -> new BlockPool(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new BlockPool(1).lease(0));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void areNeverInTwoLeasesAndNeverLost(long seed) {
        var random = new SplittableRandom(seed);
        BlockPool pool = new BlockPool(50);
        List<BlockLease> leases = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            if (random.nextBoolean()) {
                pool.lease(random.nextInt(1, 9)).ifPresent(leases::add);
            } else if (!leases.isEmpty()) {
                leases.remove(random.nextInt(leases.size())).close();
            }
            Set<Integer> held = new HashSet<>();
            int count = 0;
            for (BlockLease lease : leases) {
                for (int block : lease.blocks()) {
                    held.add(block);
                    count++;
                }
            }
            assertThat(held).hasSize(count);
            assertThat(count + pool.free()).isEqualTo(50);
        }
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
