package dev.tidar.schedule;

import dev.tidar.api.DeviceException;
import dev.tidar.auto.AdaptiveLayouts;
import dev.tidar.decode.Decoder;
import dev.tidar.kvcache.KvCache;
import java.util.function.Function;

/**
 * A loaded model, ready to decode. Confined to the engine thread.
 *
 * @param decoder the draft-and-verify loop around the network
 * @param kvCache its KV memory
 * @param layouts what auto chooses from, and what forwards cost
 * @param layoutRows rows that the layouts of a forward may have together
 * @param release frees the device
 * @param instead loads what serves after the device has failed for good; throws the failure where nothing does
 */
public record Engine(
        Decoder decoder,
        KvCache kvCache,
        AdaptiveLayouts layouts,
        int layoutRows,
        Runnable release,
        Function<DeviceException, Engine> instead) {

    /** An engine that nothing replaces when its device fails. */
    public Engine(Decoder decoder, KvCache kvCache, AdaptiveLayouts layouts, int layoutRows, Runnable release) {
        this(decoder, kvCache, layouts, layoutRows, release, failure -> {
            throw failure;
        });
    }
}
