package dev.tidar.kvcache;

import static dev.tidar.kvcache.TestMemory.BLOCK_TOKENS;
import static dev.tidar.kvcache.TestMemory.IDLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.kvcache.TestMemory.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The prefix cache")
class PrefixCacheTest {

    private static final int BLOCKS = 8;

    private final TestMemory memory = new TestMemory(BLOCKS);

    @Nested
    class Finds {

        @ParameterizedTest(name = "{1} of a prompt of {0} tokens")
        @CsvSource({"1, 0", "3, 0", "4, 0", "5, 4", "7, 4", "8, 4", "9, 8", "15, 12", "16, 12", "17, 16"})
        void allFullBlocksButNeverTheLastToken(int length, int found) {
            memory.serve("", prompt(1, length));

            assertThat(memory.found("", prompt(1, length))).isEqualTo(found);
        }

        @ParameterizedTest(name = "where token {0} differs, {1}")
        @CsvSource({"0, 0", "1, 0", "3, 0", "4, 4", "6, 4", "7, 4", "8, 8", "11, 8", "12, 12"})
        void whatLiesBeforeTheBlockInWhichPromptsPart(int difference, int found) {
            List<Integer> known = prompt(1, 13);
            List<Integer> other = new ArrayList<>(known);
            other.set(difference, 99);
            memory.serve("", known);

            assertThat(memory.found("", other)).isEqualTo(found);
        }

        @Test
        void theAnswerOfTheTurnBefore() {
            Writer turn = memory.begin("", prompt(1, 6));
            turn.compute(6);
            turn.tokens.addAll(prompt(50, 4));
            turn.compute(9);
            turn.close();

            assertThat(memory.found("", turn.tokens)).isEqualTo(8);
        }

        @Test
        void whatASequenceThatStillRunsHasCommitted() {
            Writer running = memory.begin("", prompt(1, 9));
            running.compute(7);

            assertThat(memory.found("", prompt(1, 9))).isEqualTo(4);
            running.compute(9);
            assertThat(memory.found("", prompt(1, 9))).isEqualTo(8);
            running.close();
        }

        @Test
        void nothingThatWasWrittenAndNotCommitted() {
            Writer drafting = memory.begin("", prompt(1, 9));
            drafting.compute(6);
            drafting.scribble(6);
            drafting.close();

            assertThat(memory.found("", prompt(1, 9))).isEqualTo(4);
        }

        @Test
        void nothingUnderAnotherSalt() {
            memory.serve("alice", prompt(1, 9));

            assertThat(memory.found("bob", prompt(1, 9))).isZero();
            assertThat(memory.found("", prompt(1, 9))).isZero();
            assertThat(memory.found("alice", prompt(1, 9))).isEqualTo(8);
        }

        @Test
        void theSamePromptUnderEachSaltThatHadIt() {
            memory.serve("alice", prompt(1, 9));
            memory.serve("bob", prompt(1, 9));

            assertThat(memory.found("alice", prompt(1, 9))).isEqualTo(8);
            assertThat(memory.found("bob", prompt(1, 9))).isEqualTo(8);
        }

        @Test
        void nothingAfterABlockThatIsMissing() {
            Writer whole = memory.begin("", prompt(1, 13));
            whole.compute(13);
            whole.close();
            assertThat(memory.found("", prompt(1, 13))).isEqualTo(12);

            List<Integer> tail = prompt(5, 9); // the same tokens as blocks 2 and 3 of the prompt
            assertThat(memory.found("", tail)).isZero();
        }
    }

    @Nested
    class SharesWhatTwoSequencesCompute {

        @Test
        void atOnceAndLetsTheSecondGiveItsOwnBack() {
            Writer first = memory.begin("", prompt(1, 9));
            Writer second = memory.begin("", prompt(1, 9));
            assertThat(first.compute(9)).isTrue();
            assertThat(second.compute(9)).isTrue();

            assertThat(shared(first, second)).isEqualTo(2);
            assertThat(memory.pool.free()).isEqualTo(BLOCKS - 4);
            memory.checkBlocks(List.of(first, second));
            first.close();
            second.check();
            second.close();
            assertThat(memory.pool.cached()).isEqualTo(2);
        }

        @Test
        void butNotWhereSaltsDiffer() {
            Writer first = memory.begin("alice", prompt(1, 9));
            Writer second = memory.begin("bob", prompt(1, 9));
            first.compute(9);
            second.compute(9);

            assertThat(shared(first, second)).isZero();
        }

        @Test
        void evenWhereTheBlockBeforeWasForgottenMeanwhile() {
            Writer first = memory.begin("", prompt(1, 13));
            first.compute(4);
            memory.pass(IDLE.plusSeconds(1));
            memory.prefixes.expire();
            first.compute(9);
            Writer second = memory.begin("", prompt(1, 13));
            second.compute(13);
            first.compute(13);

            memory.checkBlocks(List.of(first, second));
            first.close();
            second.close();
            assertThat(memory.found("", prompt(1, 13))).isEqualTo(12);
        }

        private long shared(Writer first, Writer second) {
            return IntStream.of(first.table.blocks())
                    .filter(block -> IntStream.of(second.table.blocks()).anyMatch(b -> b == block))
                    .count();
        }
    }

    @Nested
    class GivesWay {

        @Test
        void fromTheTailOfAPromptToItsHead() {
            memory.serve("", prompt(1, 17));
            assertThat(memory.pool.cached()).isEqualTo(4);

            Writer large = memory.begin("", prompt(100, 24));
            for (int blocks = 5; blocks <= 8; blocks++) {
                assertThat(large.table.reserve(blocks * BLOCK_TOKENS)).isTrue();
                assertThat(memory.found("", prompt(1, 17))).isEqualTo(16 - (blocks - 4) * BLOCK_TOKENS);
            }
        }

        @Test
        void onlyAfterWhatIsFree() {
            memory.serve("", prompt(1, 17));
            Writer other = memory.begin("", prompt(100, 16));
            assertThat(other.compute(16)).isTrue();

            assertThat(memory.found("", prompt(1, 17))).isEqualTo(16);
        }

        @Test
        void neverWhileItIsLeased() {
            memory.serve("", prompt(1, 9));
            Writer holder = memory.begin("", prompt(1, 9));
            assertThat(holder.found).isEqualTo(8);

            assertThat(memory.pool.lease(BLOCKS - 1)).isEmpty();
            assertThat(memory.pool.lease(BLOCKS - 2)).isPresent();
            holder.check();
        }

        @Test
        void neverBecauseOfItsOwnLimit() {
            memory.serve("", prompt(1, BLOCKS * BLOCK_TOKENS));

            memory.prefixes.expire();
            assertThat(memory.pool.cached()).isEqualTo(BLOCKS);
            assertThat(memory.prefixes.size()).isEqualTo(BLOCKS);
            assertThat(memory.prefixes.stats().evictionCount()).isZero();
        }

        @ParameterizedTest(name = "seed {0}")
        @ValueSource(longs = {1, 2, 3, 4})
        void inTheOrderInWhichAPlainListOfUsesHasIt(long seed) {
            var random = new SplittableRandom(seed);
            PlainUses plain = new PlainUses(BLOCKS);
            int hits = 0;
            for (int i = 0; i < 2000; i++) {
                List<Integer> prompt = prompt(10 * random.nextInt(6), random.nextInt(1, 21));
                int expected = plain.found(prompt);
                Writer writer = memory.begin("", prompt);
                assertThat(writer.found).as("request %d, %s", i, prompt).isEqualTo(expected);
                assertThat(writer.compute(prompt.size())).isTrue();
                writer.close();
                plain.served(prompt);
                hits += expected;
            }
            assertThat(hits).isGreaterThan(2000);
        }
    }

    /** The same in a list: prefixes of full blocks, the one that was used longest ago first. */
    private static final class PlainUses {
        private final List<List<Integer>> uses = new ArrayList<>();
        private final int capacity;

        PlainUses(int capacity) {
            this.capacity = capacity;
        }

        int found(List<Integer> prompt) {
            int found = 0;
            while (found + BLOCK_TOKENS < prompt.size() && uses.contains(prompt.subList(0, found + BLOCK_TOKENS))) {
                found += BLOCK_TOKENS;
            }
            return found;
        }

        void served(List<Integer> prompt) {
            int full = prompt.size() / BLOCK_TOKENS;
            int found = found(prompt) / BLOCK_TOKENS;
            List<List<Integer>> prefixes = new ArrayList<>();
            for (int i = 1; i <= full; i++) {
                prefixes.add(List.copyOf(prompt.subList(0, i * BLOCK_TOKENS)));
            }
            uses.removeAll(prefixes.subList(0, found)); // in use, so not among those that give way
            int needed = (prompt.size() + BLOCK_TOKENS - 1) / BLOCK_TOKENS;
            while (uses.size() + needed > capacity) {
                uses.remove(0);
            }
            uses.removeAll(prefixes);
            Collections.reverse(prefixes);
            uses.addAll(prefixes);
        }
    }

    @Nested
    class Forgets {

        @Test
        void whatWasNotUsedForTooLong() {
            memory.serve("", prompt(1, 9));
            memory.pass(IDLE.minusSeconds(1));
            assertThat(memory.found("", prompt(1, 9))).isEqualTo(8);

            memory.pass(IDLE.plusSeconds(1));
            memory.prefixes.expire();

            assertThat(memory.pool.free()).isEqualTo(BLOCKS);
            assertThat(memory.found("", prompt(1, 9))).isZero();
        }

        @Test
        void nothingThatIsUsedNowAndThen() {
            memory.serve("", prompt(1, 9));
            for (int i = 0; i < 5; i++) {
                memory.pass(IDLE.minusSeconds(1));
                memory.prefixes.expire();
                assertThat(memory.found("", prompt(1, 9))).isEqualTo(8);
            }
        }

        @Test
        void nothingThatASequenceStillHolds() {
            Writer holder = memory.begin("", prompt(1, 10));
            holder.compute(9);
            memory.pass(IDLE.multipliedBy(3));
            memory.prefixes.expire();
            assertThat(memory.found("", prompt(1, 10))).isEqualTo(8);

            memory.pass(IDLE.multipliedBy(3));
            holder.compute(10);
            holder.close();
            assertThat(memory.found("", prompt(1, 10))).isEqualTo(8);

            memory.pass(IDLE.plus(Duration.ofSeconds(1)));
            assertThat(memory.found("", prompt(1, 10))).isZero();
        }
    }

    @Test
    void countsHitsAndMissesByBlock() {
        memory.serve("", prompt(1, 9));
        memory.found("", prompt(1, 13));

        assertThat(memory.prefixes.stats().hitCount()).isEqualTo(2);
        assertThat(memory.prefixes.stats().missCount()).isEqualTo(2);
    }

    /** Tokens in ascending order. */
    private static List<Integer> prompt(int first, int length) {
        return IntStream.range(first, first + length).boxed().toList();
    }
}
