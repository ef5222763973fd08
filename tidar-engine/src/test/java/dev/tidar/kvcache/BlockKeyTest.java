package dev.tidar.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The key of a block")
class BlockKeyTest {

    @Test
    void dependsOnWhereAFieldEnds() {
        assertThat(root("ab", "c")).isNotEqualTo(root("a", "bc")).isNotEqualTo(root("abc"));
        assertThat(root("ab", "")).isNotEqualTo(root("", "ab")).isNotEqualTo(root("ab"));
    }

    @Test
    void dependsOnEveryFieldAndOnTheirOrder() {
        assertThat(root("model", "f32", "salt"))
                .isNotEqualTo(root("other", "f32", "salt"))
                .isNotEqualTo(root("model", "bf16", "salt"))
                .isNotEqualTo(root("model", "f32", "pepper"))
                .isNotEqualTo(root("f32", "model", "salt"))
                .isEqualTo(root("model", "f32", "salt"));
    }

    @Test
    void dependsOnEveryTokenOfItsBlockAndOfAllBefore() {
        BlockKey first = next(root("model"), 1, 2);
        BlockKey second = next(first, 3, 4);

        assertThat(second).isEqualTo(next(next(root("model"), 1, 2), 3, 4));
        assertThat(second)
                .isNotEqualTo(next(next(root("model"), 9, 2), 3, 4))
                .isNotEqualTo(next(next(root("model"), 2, 1), 3, 4))
                .isNotEqualTo(next(first, 3, 9))
                .isNotEqualTo(next(root("model"), 3, 4))
                .isNotEqualTo(first);
    }

    private static BlockKey root(String... fields) {
        return BlockKey.root(BlockKey.SHA_256, List.of(fields));
    }

    private static BlockKey next(BlockKey before, Integer... tokens) {
        return before.next(BlockKey.SHA_256, List.of(tokens));
    }
}
