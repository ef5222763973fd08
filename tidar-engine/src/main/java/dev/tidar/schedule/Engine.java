package dev.tidar.schedule;

import dev.tidar.decode.AdaptiveLayouts;
import dev.tidar.decode.Decoder;
import dev.tidar.kvcache.KvCache;

/**
 * A loaded model, ready to decode. Confined to the engine thread.
 *
 * @param decoder the draft-and-verify loop around the network
 * @param kvCache its KV memory
 * @param layouts what auto chooses from, and what forwards cost
 * @param layoutRows rows that the layouts of a forward may have together
 * @param release frees the device
 */
public record Engine(Decoder decoder, KvCache kvCache, AdaptiveLayouts layouts, int layoutRows, Runnable release) {}
