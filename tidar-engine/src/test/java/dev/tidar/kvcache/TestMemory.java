package dev.tidar.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * KV memory with contents, as a device would have it: what is written for a position tells the salt and all tokens up
 * to it, so a sequence that was given a block of others sees it at once.
 */
final class TestMemory {

    static final int BLOCK_TOKENS = 4;
    static final Duration IDLE = Duration.ofMinutes(10);

    final BlockPool pool;
    final PrefixCache prefixes;
    final KvCache kv;
    private final int[] contents;
    private long nanos;

    TestMemory(int blocks) {
        this(blocks, BlockKey.SHA_256);
    }

    TestMemory(int blocks, BlockKey.Digest digest) {
        pool = new BlockPool(blocks);
        Ticker ticker = () -> nanos;
        prefixes = new PrefixCache(pool, new PrefixCache.Config(List.of("model"), 4096, IDLE), ticker, digest);
        kv = new KvCache(pool, BLOCK_TOKENS, Optional.of(prefixes));
        contents = new int[blocks * BLOCK_TOKENS];
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    Writer begin(String salt, List<Integer> tokens) {
        return new Writer(salt, tokens);
    }

    /** Begins, computes and ends a sequence. */
    void serve(String salt, List<Integer> tokens) {
        Writer writer = begin(salt, tokens);
        assertThat(writer.compute(tokens.size())).isTrue();
        writer.close();
    }

    /** Tokens of the prompt that the cache has; asks, and gives them back. */
    int found(String salt, List<Integer> tokens) {
        Writer writer = begin(salt, tokens);
        writer.close();
        return writer.found;
    }

    /** A sequence that writes what it computes. */
    final class Writer implements AutoCloseable {
        final String salt;
        final List<Integer> tokens;
        final BlockTable table;
        final int found;
        private int committed;

        private Writer(String salt, List<Integer> tokens) {
            this.salt = salt;
            this.tokens = new ArrayList<>(tokens);
            table = kv.table(salt);
            found = table.begin(this.tokens);
            committed = found;
            check();
        }

        /** Computes positions {@code [committed, end)} and commits them; false where there is no room. */
        boolean compute(int end) {
            if (!table.reserve(end)) {
                return false;
            }
            for (int position = committed; position < end; position++) {
                contents[slot(position)] = expected(position);
            }
            committed = Math.max(committed, end);
            table.commit(tokens, committed);
            check();
            return true;
        }

        /** Writes rows after the committed ones, as drafts are, which are rejected. */
        void scribble(int rows) {
            if (table.reserve(committed + rows)) {
                for (int position = committed; position < committed + rows; position++) {
                    contents[slot(position)] = -1;
                }
            }
        }

        int committed() {
            return committed;
        }

        /** All that it has committed is there, unchanged. */
        void check() {
            for (int position = 0; position < committed; position++) {
                assertThat(contents[slot(position)])
                        .as("position %d of salt %s, tokens %s", position, salt, tokens)
                        .isEqualTo(expected(position));
            }
        }

        private int expected(int position) {
            return Objects.hash(salt, tokens.subList(0, position + 1)) & Integer.MAX_VALUE;
        }

        private int slot(int position) {
            return table.blocks()[position / BLOCK_TOKENS] * BLOCK_TOKENS + position % BLOCK_TOKENS;
        }

        @Override
        public void close() {
            table.close();
        }
    }

    /** No block is lost, none is counted twice, and none is shared but by sequences with the same beginning. */
    void checkBlocks(List<Writer> live) {
        Writer[] owner = new Writer[pool.blocks()];
        int[] index = new int[pool.blocks()];
        for (Writer writer : live) {
            writer.check();
            int[] blocks = writer.table.blocks();
            for (int i = 0; i < blocks.length; i++) {
                Writer other = owner[blocks[i]];
                if (other != null) {
                    int end = (i + 1) * BLOCK_TOKENS;
                    assertThat(index[blocks[i]])
                            .as("place of block %d", blocks[i])
                            .isEqualTo(i);
                    assertThat(writer.committed())
                            .as("only full blocks are shared")
                            .isGreaterThanOrEqualTo(end);
                    assertThat(writer.tokens.subList(0, end)).isEqualTo(other.tokens.subList(0, end));
                    assertThat(writer.salt).isEqualTo(other.salt);
                }
                owner[blocks[i]] = writer;
                index[blocks[i]] = i;
            }
        }
        long leased = Arrays.stream(owner).filter(Objects::nonNull).count();
        assertThat(pool.free() + leased + pool.cached())
                .as("free + leased + cached")
                .isEqualTo(pool.blocks());
    }
}
