package dev.tidar.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidar.kvcache.TestMemory.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences that begin, grow, commit and end in any order, in too little memory, with prefixes that they share. */
@DisplayName("KV memory under random operations")
class RandomOperationsTest {

    private static final int OPERATIONS = 10_000;
    private static final int BLOCKS = 24;
    private static final int MAX_LIVE = 6;
    private static final int LONGEST = 40;

    /** Eight keys in all, so that every other block meets another one's. */
    private static final BlockKey.Digest WEAK = bytes -> {
        byte[] hash = new byte[32];
        hash[31] = (byte) (BlockKey.SHA_256.of(bytes)[0] & 7);
        return hash;
    };

    private static final BlockKey.Digest CONSTANT = bytes -> new byte[32];

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void losesAndMixesUpNothing(long seed) {
        int found = run(seed, BlockKey.SHA_256, OPERATIONS);

        assertThat(found).as("tokens found in the cache").isGreaterThan(OPERATIONS / 4);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void mixesUpNothingWhereKeysCollideSometimes(long seed) {
        assertThat(run(seed, WEAK, OPERATIONS)).as("tokens found in the cache").isPositive();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void mixesUpNothingWhereAllKeysAreTheSame(long seed) {
        run(seed, CONSTANT, OPERATIONS);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void wouldShowABlockThatWasGivenBackTwice(long seed) {
        assertThatThrownBy(() -> {
                    Run run = new Run(seed, BlockKey.SHA_256);
                    run.operations(100);
                    run.giveBackTwice();
                    run.operations(OPERATIONS);
                    run.end();
                })
                .isInstanceOfAny(AssertionError.class, IllegalStateException.class);
    }

    @Test
    void wouldShowABlockThatIsSharedByTheWrongSequence() {
        TestMemory memory = new TestMemory(BLOCKS);
        Writer one = memory.begin("", List.of(1, 1, 1, 1, 1));
        one.compute(5);
        Writer other = memory.begin("", List.of(2, 2, 2, 2, 2));
        other.compute(5);
        memory.pool.release(one.table.blocks()[1]);
        Writer third = memory.begin("", List.of(3, 3));
        third.compute(2);

        assertThatThrownBy(() -> memory.checkBlocks(List.of(one, other, third))).isInstanceOf(AssertionError.class);
    }

    private static int run(long seed, BlockKey.Digest digest, int operations) {
        Run run = new Run(seed, digest);
        run.operations(operations);
        run.end();
        return run.found;
    }

    private static final class Run {
        private final SplittableRandom random;
        private final TestMemory memory;
        private final List<Writer> live = new ArrayList<>();
        private int found;

        Run(long seed, BlockKey.Digest digest) {
            random = new SplittableRandom(seed);
            memory = new TestMemory(BLOCKS, digest);
        }

        void operations(int count) {
            for (int i = 0; i < count; i++) {
                operation();
                memory.checkBlocks(live);
            }
        }

        private void operation() {
            int kind = random.nextInt(100);
            if (live.isEmpty() || kind < 15 && live.size() < MAX_LIVE) {
                begin();
            } else if (kind < 70) {
                grow(any());
            } else if (kind < 80) {
                any().scribble(random.nextInt(1, 9));
            } else if (kind < 97) {
                end(any());
            } else {
                memory.pass(Duration.ofSeconds(random.nextInt(1, 900)));
                memory.prefixes.expire();
            }
        }

        /** Few tokens to choose from, so that many prompts begin alike. */
        private void begin() {
            List<Integer> tokens = new ArrayList<>();
            int length = random.nextInt(1, LONGEST);
            while (tokens.size() < length) {
                tokens.add(random.nextInt(8) == 0 ? 2 : 1);
            }
            Writer writer = memory.begin(random.nextInt(4) == 0 ? "tenant" : "", tokens);
            assertThat(writer.found).isLessThan(length);
            found += writer.found;
            live.add(writer);
        }

        private void grow(Writer writer) {
            if (writer.committed() == writer.tokens.size()) {
                writer.tokens.add(random.nextInt(1, 3));
            }
            int end = random.nextInt(writer.committed(), writer.tokens.size()) + 1;
            if (!writer.compute(end)) {
                end(writer); // as a sequence that is preempted
            }
        }

        private void end(Writer writer) {
            writer.check();
            writer.close();
            live.remove(writer);
        }

        private Writer any() {
            return live.get(random.nextInt(live.size()));
        }

        void giveBackTwice() {
            while (live.stream().noneMatch(w -> w.table.blocks().length > 0)) {
                operation();
            }
            Writer writer = live.stream()
                    .filter(w -> w.table.blocks().length > 0)
                    .findFirst()
                    .orElseThrow();
            memory.pool.release(writer.table.blocks()[writer.table.blocks().length - 1]);
        }

        /** What index and pool know is the same, and nothing has leaked. */
        void end() {
            List.copyOf(live).forEach(this::end);
            assertThat(memory.pool.available()).isEqualTo(BLOCKS);
            assertThat(memory.prefixes.size()).isEqualTo(memory.pool.cached());
            memory.pass(TestMemory.IDLE.plusSeconds(2)); // the index looks at its clock by the second
            memory.prefixes.expire();
            assertThat(memory.prefixes.size()).isZero();
            assertThat(memory.pool.free()).isEqualTo(BLOCKS);
            assertThat(memory.pool.lease(BLOCKS)).isPresent();
        }
    }
}
