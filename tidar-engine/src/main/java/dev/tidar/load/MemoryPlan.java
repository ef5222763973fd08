package dev.tidar.load;

import dev.tidar.api.DeviceException;
import dev.tidar.api.EngineStatus.MemoryStatus;
import dev.tidar.backend.MemoryCount.Need;
import dev.tidar.tensor.KvGeometry;
import java.util.Locale;

/**
 * All memory that an engine takes on a device, decided before any of it is allocated.
 *
 * @param need what the network takes
 * @param room the memory that it is taken from
 * @param blocks blocks of KV memory
 * @param contextLength tokens of prompt and answer together
 */
record MemoryPlan(Need need, MemoryRoom room, int blocks, int contextLength) {

    /** The number of token slots of one block. */
    static final int BLOCK_TOKENS = 16;

    /** The smallest context, because a context that cannot hold a question and an answer is of no use. */
    static final int MIN_CONTEXT = 128;

    /** A context that most chats fit into; up to it, KV memory may take all that is free. */
    static final int USUAL_CONTEXT = 2048;

    /** The divisor of the free memory for a single context. */
    private static final int SHARE_OF_ONE = 2;

    /**
     * What is asked of KV memory.
     *
     * @param context tokens of one context
     * @param sequences contexts that can run at once
     * @param bytes the size that the options set, as the shape of the cache counts it; 0 where they set none
     */
    record Wish(int context, int sequences, long bytes) {

        /** The fewest tokens that the engine works with. */
        int least() {
            return Math.min(context, MIN_CONTEXT);
        }
    }

    /**
     * Plans the memory. The size of the KV cache is what the options set, but no less than what works and no more than
     * what fits; where they set none, it is the room's share for several contexts, but no more than a full context for
     * every sequence that can run. Where that share is less than one context, up to half of what is free is taken, and
     * up to all of it for a context of {@value #USUAL_CONTEXT} tokens.
     *
     * @throws DeviceException if not even a short context fits; it names the parts, and what would fit
     */
    static MemoryPlan of(Need need, MemoryRoom room, KvGeometry geometry, Wish wish) {
        long free = room.free() - room.reserve() - need.fixed();
        int least = geometry.blocksFor(wish.least());
        int most = blocks(free, need, wish.context(), geometry);
        if (most < least) {
            throw room.tooSmall(need, bytes(need, least, wish.least()), wish.least());
        }
        long wanted = wish.bytes() > 0
                ? wish.bytes() / geometry.blockBytes()
                : share(free / room.kvShare(), free, need, geometry, wish);
        int blocks = (int) Math.max(least, Math.min(most, wanted));
        return new MemoryPlan(need, room, blocks, (int) Math.min(wish.context(), (long) blocks * BLOCK_TOKENS));
    }

    /** The number of blocks for which these bytes suffice, with what each token of a context costs besides. */
    private static int blocks(long bytes, Need need, int context, KvGeometry geometry) {
        long inOneContext = bytes / (need.kvBlock() + BLOCK_TOKENS * need.perPosition());
        if (inOneContext < geometry.blocksFor(context)) {
            return (int) Math.max(0, inOneContext);
        }
        return (int) Math.min(Integer.MAX_VALUE, (bytes - context * need.perPosition()) / need.kvBlock());
    }

    private static long share(long ofMany, long free, Need need, KvGeometry geometry, Wish wish) {
        int blocksOfOne = geometry.blocksFor(wish.context());
        long block = need.kvBlock() + BLOCK_TOKENS * need.perPosition();
        long many = Math.min((long) blocksOfOne * wish.sequences(), ofMany / block);
        long one = Math.min(blocksOfOne, free / SHARE_OF_ONE / block);
        return Math.max(Math.max(many, one), Math.min(blocksOfOne, geometry.blocksFor(USUAL_CONTEXT)));
    }

    private static long bytes(Need need, int blocks, int context) {
        return need.fixed() + blocks * need.kvBlock() + context * need.perPosition();
    }

    /** All that the engine will take. */
    long bytes() {
        return bytes(need, blocks, contextLength);
    }

    long kvBytes() {
        return blocks * need.kvBlock();
    }

    /** What is taken, by part, for status. */
    MemoryStatus status(KvGeometry geometry) {
        return new MemoryStatus(
                room.place(),
                need.weights(),
                need.adapters(),
                need.activations() + need.scratch(),
                kvBytes(),
                geometry.dtype().name().toLowerCase(Locale.ROOT),
                geometry.blockBytes());
    }

    /** What is not taken at load, but when steps and requests need it. */
    long later() {
        return need.scratch() + room.reserve();
    }

    /** What is needed and what there is, in one line. */
    String summary() {
        return ("Of %s, where %s are free, the model takes %s for weights, %s for the draft adapter, %s for activations"
                        + " and scratch, and up to %s for keys and values of %d tokens")
                .formatted(
                        room.place(),
                        MemoryRoom.mebibytes(room.free()),
                        MemoryRoom.mebibytes(need.weights()),
                        MemoryRoom.mebibytes(need.adapters()),
                        MemoryRoom.mebibytes(need.activations() + need.scratch()),
                        MemoryRoom.mebibytes(kvBytes()),
                        blocks * BLOCK_TOKENS);
    }

    /** Why the context is shorter than what was wished for, and what would hold all of it. */
    String shortened(Wish wish, KvGeometry geometry) {
        int all = geometry.blocksFor(wish.context());
        String remedy = wish.bytes() > 0 && wish.bytes() < all * geometry.blockBytes()
                ? "set the KV cache memory to %s or more".formatted(MemoryRoom.mebibytes(all * geometry.blockBytes()))
                : room.isHeap()
                        ? room.heapThatFits(bytes(need, all, wish.context()))
                        : "free memory of the device, or choose smaller weights";
        return "KV memory of %s holds %d of %d tokens of context; for more, %s"
                .formatted(MemoryRoom.mebibytes(kvBytes()), contextLength, wish.context(), remedy);
    }
}
