package dev.tidar.cli.chats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Blocks of 2 tokens; a sequence is written as the first and the last of consecutive ids. */
@DisplayName("An exact LRU of blocks")
class LruBlocksTest {

    @Test
    void findsTheFullBlocksOfAPromptThatWasThereBefore() {
        var lru = new LruBlocks(10, 2);

        assertThat(lru.request(ids(1, 6), ids(1, 8))).isZero();
        assertThat(lru.request(ids(1, 9), ids(1, 9))).isEqualTo(8);
        assertThat(lru.size()).isEqualTo(4);
    }

    @Test
    void computesTheLastTokenOfAPromptInAnyCase() {
        var lru = new LruBlocks(10, 2);
        lru.request(ids(1, 6), ids(1, 6));

        assertThat(lru.request(ids(1, 6), ids(1, 6))).isEqualTo(4);
    }

    @Test
    void doesNotFindTheSameTokensAfterOthers() {
        var lru = new LruBlocks(10, 2);
        lru.request(ids(1, 6), ids(1, 6));

        assertThat(lru.request(ids(3, 8), ids(3, 8))).isZero();
    }

    @Test
    void letsTheOneUsedLongestAgoGoAndOfItTheTailFirst() {
        var lru = new LruBlocks(4, 2);
        lru.request(ids(1, 4), ids(1, 4));
        lru.request(ids(11, 14), ids(11, 14));

        lru.request(ids(21, 22), ids(21, 22));

        assertThat(lru.request(ids(1, 5), ids(1, 5))).isEqualTo(2);
    }

    @Test
    void keepsWhatIsUsedAgain() {
        var lru = new LruBlocks(4, 2);
        lru.request(ids(1, 4), ids(1, 4));
        lru.request(ids(11, 14), ids(11, 14));
        lru.request(ids(1, 5), ids(1, 4));

        lru.request(ids(21, 24), ids(21, 24));

        assertThat(lru.request(ids(1, 5), ids(1, 4))).isEqualTo(4);
    }

    @Test
    void needsRoomForABlockThatIsNotFullAndDoesNotKeepIt() {
        var lru = new LruBlocks(2, 2);
        lru.request(ids(1, 4), ids(1, 4));

        lru.request(ids(11, 11), ids(11, 11));

        assertThat(lru.size()).isEqualTo(1);
        assertThat(lru.request(ids(1, 5), ids(1, 4))).isEqualTo(2);
    }

    private static List<Integer> ids(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }
}
