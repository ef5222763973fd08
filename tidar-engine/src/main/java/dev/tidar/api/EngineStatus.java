package dev.tidar.api;

import dev.tidar.api.EngineOptions.LoadProgress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The state of an engine at one moment.
 *
 * @param state what it is doing
 * @param name name of the model folder
 * @param loading stage of the load
 * @param loaded what was loaded; empty before
 * @param queued requests that wait
 * @param running requests that are decoded now
 * @param totals counts since the engine was loaded
 * @param activity what it is busy with and how it gets on
 * @param failure why the engine is DEAD, where it was not closed
 */
public record EngineStatus(
        EngineState state,
        String name,
        LoadProgress loading,
        Optional<Loaded> loaded,
        int queued,
        int running,
        Totals totals,
        EngineActivity activity,
        Optional<String> failure) {

    /**
     * A loaded model and what it runs on.
     *
     * @param model facts about the model
     * @param draftModel name of the folder of the draft model; empty where there is none
     * @param device device that computes, for example {@code cpu, 8 threads}
     * @param deviceReason why this device and not another, in one sentence
     * @param backend kernels in use, for example {@code native-avx2-int8}, {@code vector-512} or {@code plain}; the
     *     ending {@code -int8} says that int8 weights are multiplied by activations in int8
     * @param decoding how requests decode that leave it open
     * @param layout what mode auto chooses, and why
     * @param degradations fallbacks that are active, each with what would end it; empty when READY
     * @param memory what the engine takes on the device
     * @param kv memory for keys and values
     */
    public record Loaded(
            ModelFacts model,
            Optional<String> draftModel,
            String device,
            String deviceReason,
            String backend,
            Decoding decoding,
            LayoutReport layout,
            List<String> degradations,
            MemoryStatus memory,
            KvStatus kv) {
        public Loaded {
            degradations = List.copyOf(degradations);
        }
    }

    /** Facts about the loaded model; there are none before. */
    public ModelFacts model() {
        return served().model();
    }

    /** The name of the draft model; there is none before the model is loaded, and often none at all. */
    public Optional<String> draftModel() {
        return loaded.flatMap(Loaded::draftModel);
    }

    /** The device that computes; there is none before the model is loaded. */
    public String device() {
        return served().device();
    }

    /** Why it computes on that device; there is none before the model is loaded. */
    public String deviceReason() {
        return served().deviceReason();
    }

    /** The kernels in use; there are none before the model is loaded. */
    public String backend() {
        return served().backend();
    }

    /** What mode auto chooses; there is nothing before the model is loaded. */
    public LayoutReport layout() {
        return served().layout();
    }

    /** Fallbacks that are active; none before the model is loaded. */
    public List<String> degradations() {
        return loaded.map(Loaded::degradations).orElseGet(List::of);
    }

    /** Memory for keys and values; there is none before the model is loaded. */
    public KvStatus kv() {
        return served().kv();
    }

    private Loaded served() {
        return loaded.orElseThrow(
                () -> new IllegalStateException("%s is not loaded: the engine is %s".formatted(name, state)));
    }

    /**
     * The memory that an engine takes on its device, as it was planned at load.
     *
     * @param place the memory, for example {@code the Java heap}
     * @param weightBytes weights of the model
     * @param adapterBytes weights of the draft adapter
     * @param workBytes activations of the widest step, and what kernels work in
     * @param kvBytes keys and values
     * @param kvType element type of keys and values
     * @param blockBytes one block of keys and values
     */
    public record MemoryStatus(
            String place,
            long weightBytes,
            long adapterBytes,
            long workBytes,
            long kvBytes,
            String kvType,
            long blockBytes) {}

    /**
     * Memory for keys and values.
     *
     * @param bytes all of it
     * @param freeBytes part that is free
     * @param cachedBytes part that no sequence leases and that is kept for prompts with the same beginning; it is
     *     evicted when others need it
     * @param blockHits blocks that were looked for and found, of all prompts
     * @param blockMisses blocks that were looked for and not found; a search ends with the first
     */
    public record KvStatus(long bytes, long freeBytes, long cachedBytes, long blockHits, long blockMisses) {}

    /**
     * Counts since the engine was loaded.
     *
     * @param finished requests that ended by a stop, a length or their time limit
     * @param cancelled requests that their callers cancelled
     * @param failed requests that ended with an error of their own or of the device
     * @param rejected requests that found no room in the queue or waited too long in it
     * @param promptTokens tokens of all prompts whose prefill began
     * @param cachedTokens part of them that was found in the prefix cache
     * @param tokens emitted tokens
     * @param preemptions how often the blocks of a sequence were taken for older ones
     * @param stalls forwards that took longer than the stall warning
     */
    public record Totals(
            long finished,
            long cancelled,
            long failed,
            long rejected,
            long promptTokens,
            long cachedTokens,
            long tokens,
            long preemptions,
            long stalls) {

        public static final Totals NONE = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /**
     * Facts about a loaded model.
     *
     * @param name name of its folder
     * @param family shape of the network, for example {@code llama}
     * @param parameters weights, the draft adapter left out
     * @param weights how the device holds them
     * @param storedAs the format of quantised weights in the files, for example {@code GPTQ int4, groups of 128}; empty
     *     where they are not quantised
     * @param contextLength tokens of prompt and answer together
     * @param maskTokenId token that stands for "not drafted yet"; empty for a plain autoregressive model
     * @param blockSize trained draft block in rows; empty for a plain autoregressive model
     * @param shortGroups whether it is trained to draft without slot 0, see {@link Groups}
     * @param draftAdapter whether a draft adapter acts on drafting rows
     * @param chat whether it has a tokenizer and a chat template
     * @param drafting where mask token and block size come from, or what was looked for in vain
     * @param fingerprint hexadecimal digits that differ between models: of the configuration and of samples of all
     *     weights, the draft adapter included, so that a change of a few weights may escape it
     */
    public record ModelFacts(
            String name,
            String family,
            long parameters,
            WeightFormat weights,
            Optional<String> storedAs,
            int contextLength,
            OptionalInt maskTokenId,
            OptionalInt blockSize,
            boolean shortGroups,
            boolean draftAdapter,
            boolean chat,
            String drafting,
            String fingerprint) {}

    /**
     * What auto chose, and from what.
     *
     * @param chosen the layout, for example {@code autoregressive}
     * @param reason one sentence with the figures
     * @param candidates every layout that was considered
     * @param settled whether the time of autoregressive decoding, with which the others are compared, stands on
     *     forwards of requests; until then all figures are rough, because an application was starting when they were
     *     measured
     * @param passTimes what forwards cost on this device, from which the times of the candidates follow
     */
    public record LayoutReport(
            String chosen, String reason, List<Candidate> candidates, boolean settled, PassTimes passTimes) {
        public LayoutReport {
            candidates = List.copyOf(candidates);
        }

        /** A report without times of forwards. */
        public LayoutReport(String chosen, String reason, List<Candidate> candidates, boolean settled) {
            this(chosen, reason, candidates, settled, PassTimes.NONE);
        }
    }

    /**
     * What a forward costs by its rows: measured at load, and corrected by every forward since. Times are as of a few
     * forwards ago.
     *
     * @param byRows times of the measured numbers of decode rows, ascending in rows; a decode row has a head and a
     *     sample, as that of a sequence that decodes autoregressively. Times never fall
     * @param promptRowMillis milliseconds that each prompt row adds to a forward
     */
    public record PassTimes(List<PassTime> byRows, double promptRowMillis) {

        /** Nothing is measured. */
        public static final PassTimes NONE = new PassTimes(List.of(), 0);

        public PassTimes {
            byRows = List.copyOf(byRows);
        }
    }

    /**
     * The time of a forward with this number of decode rows.
     *
     * @param rows decode rows
     * @param millis milliseconds
     */
    public record PassTime(int rows, double millis) {}

    /**
     * A layout that auto considers.
     *
     * @param decoding the layout, as a request would ask for it
     * @param name for example {@code two-pass, draft length 4}
     * @param stepMillis time of one step, measured at load
     * @param tokensPerStep running mean of the tokens that a step emits
     */
    public record Candidate(Decoding decoding, String name, double stepMillis, double tokensPerStep) {

        public double tokensPerSecond() {
            return tokensPerStep * 1000 / stepMillis;
        }
    }
}
