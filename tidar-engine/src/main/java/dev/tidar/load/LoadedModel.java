package dev.tidar.load;

import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineStatus.KvStatus;
import dev.tidar.api.EngineStatus.Loaded;
import dev.tidar.api.EngineStatus.MemoryStatus;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.auto.AdaptiveLayouts;
import dev.tidar.auto.LayoutReports;
import dev.tidar.backend.BackendFacts;
import dev.tidar.checkpoint.GenerationDefaults;
import dev.tidar.kvcache.KvCache;
import dev.tidar.kvcache.PrefixCache;
import dev.tidar.text.chat.ChatTemplate;
import dev.tidar.text.grammar.Grammars;
import dev.tidar.text.tokenizer.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A loaded model, and the facts that are known about it.
 *
 * @param facts facts about the model, for status
 * @param draftModel the name of the draft model; empty where there is none
 * @param backend the facts of the backend that it runs on
 * @param deviceReason why it runs on this backend
 * @param degradations fallbacks that are active
 * @param defaults stop ids and sampling of the model
 * @param vocabSize rows of the embedding
 * @param tokenizer empty where the folder has none: only token ids are served
 * @param template empty where the model has no chat template
 * @param grammars compiles answer formats, made when first asked for; empty without a tokenizer
 * @param layouts the candidates that auto chooses from; their standings may be read here
 * @param kvCache KV memory; only its counts may be read here
 * @param memory what was planned on the device
 */
record LoadedModel(
        ModelFacts facts,
        Optional<String> draftModel,
        BackendFacts backend,
        String deviceReason,
        List<String> degradations,
        GenerationDefaults defaults,
        int vocabSize,
        Optional<Tokenizer> tokenizer,
        Optional<ChatTemplate> template,
        Optional<Supplier<Grammars>> grammars,
        AdaptiveLayouts layouts,
        KvCache kvCache,
        MemoryStatus memory) {

    LoadedModel {
        degradations = List.copyOf(degradations);
    }

    /** @param decoding how requests decode that leave it open */
    Loaded status(Decoding decoding) {
        return new Loaded(
                facts,
                draftModel,
                backend.device(),
                deviceReason,
                backend.kernels(),
                decoding,
                LayoutReports.report(layouts),
                degradations,
                memory,
                kv());
    }

    private KvStatus kv() {
        long blockBytes = memory.blockBytes();
        Optional<CacheStats> prefixes = kvCache.prefixes().map(PrefixCache::stats);
        return new KvStatus(
                kvCache.pool().blocks() * blockBytes,
                kvCache.pool().free() * blockBytes,
                kvCache.pool().cached() * blockBytes,
                prefixes.map(CacheStats::hitCount).orElse(0L),
                prefixes.map(CacheStats::missCount).orElse(0L));
    }
}
