package dev.tidar.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.api.DeviceException;
import dev.tidar.backend.MemoryCount.Need;
import dev.tidar.load.MemoryPlan.Wish;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The memory plan")
class MemoryPlanTest {

    private static final long MIB = 1 << 20;
    /** A block takes 1 MiB on the heap, of which its shape counts three quarters. */
    private static final KvGeometry GEOMETRY = new KvGeometry(32, 3, 64, 16, DType.F32);

    private static final Need NEED = new Need(128 * MIB, 64 * MIB, 32 * MIB, 16 * MIB, 1024, MIB);
    private static final Wish WISH = new Wish(8192, 16, 0);

    @Test
    void takesLessContextBeforeItRejectsAModel() {
        int before = Integer.MAX_VALUE;
        for (long heap = 1200; heap >= 320; heap -= 50) {
            MemoryPlan plan = plan(heap * MIB, 10 * MIB, WISH);
            assertThat(plan.contextLength()).isBetween(128, before);
            before = plan.contextLength();
        }
    }

    @Test
    void neverTakesMoreThanIsFree() {
        for (long heap = 320; heap <= 4000; heap += 10) {
            MemoryPlan plan = plan(heap * MIB, 10 * MIB, WISH);
            assertThat(plan.bytes() + plan.room().reserve())
                    .isLessThanOrEqualTo(plan.room().free());
        }
    }

    @Test
    void holdsAFullContextForEverySequenceWhereThereIsPlenty() {
        MemoryPlan plan = plan(100_000 * MIB, 10 * MIB, WISH);

        assertThat(plan.contextLength()).isEqualTo(8192);
        assertThat(plan.blocks()).isEqualTo(16 * 512);
    }

    @Test
    void namesItsPartsAndAHeapThatFits() {
        assertThatThrownBy(() -> plan(200 * MIB, 10 * MIB, WISH))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll(
                        "190 MiB of 200 MiB are free",
                        "128 MiB for weights",
                        "64 MiB for the draft adapter",
                        "32 MiB for activations",
                        "16 MiB for logits",
                        "9 MiB for keys and values of 128 tokens")
                .satisfies(e -> assertThat(plan(heapIn(e), 10 * MIB, WISH).contextLength())
                        .isGreaterThanOrEqualTo(128));
    }

    @Test
    void namesAHeapThatHoldsAllOfTheContext() {
        MemoryPlan shorter = plan(400 * MIB, 10 * MIB, WISH);
        String said = shorter.shortened(WISH, GEOMETRY);

        assertThat(said).contains("of 8192 tokens");
        Matcher heap = Pattern.compile("-Xmx(\\d+)m").matcher(said);
        assertThat(heap.find()).isTrue();
        MemoryPlan set = plan(Long.parseLong(heap.group(1)) * MIB, 10 * MIB, new Wish(8192, 16, 512 * MIB));
        assertThat(set.contextLength()).isEqualTo(8192);
    }

    @Test
    void givesAKvCacheThatIsSetTooSmallTheLeastThatWorks() {
        assertThat(plan(1000 * MIB, 10 * MIB, new Wish(8192, 16, 10 * 1024)).contextLength())
                .isEqualTo(128);
        assertThat(plan(1000 * MIB, 10 * MIB, new Wish(64, 16, 1)).contextLength())
                .isEqualTo(64);
    }

    @Test
    void givesAKvCacheThatIsSetTooLargeWhatFits() {
        MemoryPlan plan = plan(400 * MIB, 10 * MIB, new Wish(8192, 16, 10_000 * MIB));

        assertThat(plan.contextLength()).isBetween(128, 8191);
        assertThat(plan.bytes() + plan.room().reserve())
                .isLessThanOrEqualTo(plan.room().free());
    }

    @Test
    void givesKeysAndValuesMostOfWhatTheNetworkLeavesOfAGpu() {
        MemoryRoom room = MemoryRoom.gpu("cuda:0", 1000 * MIB, NEED.fixed());
        long left = 1000 * MIB - NEED.fixed();

        MemoryPlan plan = MemoryPlan.of(NEED, room, GEOMETRY, WISH);

        assertThat((double) (plan.bytes() - NEED.fixed()) / left).isBetween(0.84, 0.85);
        assertThat(MemoryPlan.of(NEED, room, GEOMETRY, new Wish(1024, 2, 0)).blocks())
                .as("a full context for every sequence is enough")
                .isEqualTo(2 * 64);
        assertThatThrownBy(() -> MemoryPlan.of(NEED, MemoryRoom.gpu("cuda:0", 200 * MIB, NEED.fixed()), GEOMETRY, WISH))
                .isInstanceOf(DeviceException.class)
                .hasMessageContaining("choose smaller weights")
                .hasMessageNotContainingAny("-Xmx");
    }

    @Test
    void takesLessOfTheSystemsMemoryThanOfAHeapOfTheSameSize() {
        MemoryPlan heap = plan(20_000 * MIB, 0, WISH);
        MemoryPlan system = MemoryPlan.of(NEED, MemoryRoom.system(20_000 * MIB, NEED.fixed()), GEOMETRY, WISH);

        assertThat(system.kvBytes()).isLessThan(heap.kvBytes() / 3).isLessThan(20_000 * MIB / 16);
        assertThat(system.contextLength()).isEqualTo(8192);
    }

    @Test
    void saysWhatTheProcessNeedsWhereTheSystemHasTooLittle() {
        assertThatThrownBy(() -> MemoryPlan.of(NEED, MemoryRoom.system(200 * MIB, NEED.fixed()), GEOMETRY, WISH))
                .isInstanceOf(DeviceException.class)
                .hasMessageContainingAll(
                        "the memory of the system has no room",
                        "200 MiB of 200 MiB are free",
                        "give the process more memory");
    }

    private static MemoryPlan plan(long heap, long used, Wish wish) {
        return MemoryPlan.of(NEED, MemoryRoom.heap(heap, heap - used), GEOMETRY, wish);
    }

    private static long heapIn(Throwable e) {
        Matcher heap = Pattern.compile("-Xmx(\\d+)m").matcher(e.getMessage());
        assertThat(heap.find()).isTrue();
        return Long.parseLong(heap.group(1)) * MIB;
    }
}
