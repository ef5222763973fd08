package dev.tidar.schedule;

import dev.tidar.decode.AdaptiveLayouts;
import dev.tidar.decode.Decoder;
import dev.tidar.kvcache.BlockPool;

/**
 * A loaded model, ready to decode. Confined to the engine thread.
 *
 * @param decoder the draft-and-verify loop around the network
 * @param pool blocks of its KV memory
 * @param blockTokens token slots of one block
 * @param layouts what auto chooses from
 * @param release frees the device
 */
public record Engine(Decoder decoder, BlockPool pool, int blockTokens, AdaptiveLayouts layouts, Runnable release) {}
