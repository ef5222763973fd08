package dev.tidar.cli.chats;

import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineStatus;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Prompt;
import dev.tidar.cli.chats.ChatReport.Row;
import dev.tidar.cli.chats.ChatRun.Answered;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Plays the same script three times: with memory for all its blocks, without a prefix cache, and with memory for a part
 * of its blocks. For the runs with a cache, an exact LRU of the same size gets the same blocks in the same order.
 */
public final class ChatBench {

    /** Tokens of a block of KV memory. */
    private static final int BLOCK_TOKENS = 16;

    private final Function<UnaryOperator<KvCacheOptions>, TidarEngine> loader;
    private final ChatPlan plan;
    private final PrintWriter log;

    /**
     * What the bench plays.
     *
     * @param model folder of the model
     * @param seed seed of the order of requests
     * @param maxTokens the largest number of tokens of an answer
     * @param tightShare blocks of the tight memory, as a part of the different blocks of the script, in (0, 1)
     */
    public record ChatPlan(Path model, ChatScript script, long seed, int maxTokens, double tightShare) {}

    /**
     * @param loader loads the model with changed options of its KV cache
     * @param log receives lines of progress
     */
    public ChatBench(Function<UnaryOperator<KvCacheOptions>, TidarEngine> loader, ChatPlan plan, PrintWriter log) {
        this.loader = loader;
        this.plan = plan;
        this.log = log;
    }

    public ChatReport run() throws InterruptedException {
        var prompts = new PromptIds(plan.model());
        Played ample = play("ample memory", prompts, kv -> kv.withReuse(true));
        Played off = play("no prefix cache", prompts, kv -> kv.withReuse(false));
        long tightBytes = tightBlocks(ample.answers()) * ample.blockBytes();
        Played tight = play("tight memory", prompts, kv -> kv.withReuse(true).withBytes(tightBytes));
        return new ChatReport(
                ChatReport.Setting.of(ample.status(), ample.blockBytes()),
                plan.script().chats().size(),
                plan.script().oneShots().size(),
                ample.answers().size(),
                plan.maxTokens(),
                plan.seed(),
                everythingKept(ample.answers()).size(),
                List.of(ample.besideLru(), off.alone(), tight.besideLru()),
                off.tokens().equals(ample.tokens()) && tight.tokens().equals(ample.tokens()));
    }

    /**
     * The script, played once.
     *
     * @param status of the engine at the end
     * @param blockBytes bytes of a block; 0 without a prefix cache
     */
    private record Played(String memory, EngineStatus status, long blockBytes, List<Answered> answers) {

        Row alone() {
            return Row.of(memory, status.kv().bytes(), answers);
        }

        Row besideLru() {
            long bytes = status.kv().bytes();
            var lru = new LruBlocks((int) (bytes / blockBytes), BLOCK_TOKENS);
            return Row.of(memory, bytes, answers, simulate(lru, answers));
        }

        List<List<Integer>> tokens() {
            return answers.stream().map(answered -> answered.result().tokens()).toList();
        }
    }

    private Played play(String memory, PromptIds prompts, UnaryOperator<KvCacheOptions> change)
            throws InterruptedException {
        try (TidarEngine engine = loader.apply(change)) {
            long blockBytes = warmUp(engine, prompts);
            long start = System.nanoTime();
            List<Answered> answers = new ChatRun(engine, plan.script(), prompts, plan.maxTokens())
                    .play(plan.script().shuffled(plan.seed()));
            log.printf(
                    "%s: %d requests in %d s%n", memory, answers.size(), (System.nanoTime() - start) / 1_000_000_000);
            log.flush();
            return new Played(memory, engine.status(), blockBytes, answers);
        }
    }

    private static int simulate(LruBlocks lru, List<Answered> answers) {
        return answers.stream()
                .mapToInt(answered -> lru.request(answered.prompt(), answered.computed()))
                .sum();
    }

    private static LruBlocks everythingKept(List<Answered> answers) {
        var unbounded = new LruBlocks(Integer.MAX_VALUE, BLOCK_TOKENS);
        simulate(unbounded, answers);
        return unbounded;
    }

    /** A part of all blocks, and at least as many as the longest request needs. */
    private long tightBlocks(List<Answered> answers) {
        int longest = answers.stream()
                .mapToInt(answered -> answered.computed().size() / BLOCK_TOKENS + 1)
                .max()
                .orElseThrow();
        return Math.max(longest, Math.round(everythingKept(answers).size() * plan.tightShare()));
    }

    /**
     * Runs the kernels once, under a salt of its own, so that no later request finds its blocks.
     *
     * @return bytes of a block: the prompt has a block and a token, so one block is cached afterwards where reuse is on
     */
    private long warmUp(TidarEngine engine, PromptIds prompts) throws InterruptedException {
        List<Integer> ids = prompts.of(List.of(ChatMessage.user(plan.script().system())));
        answerApart(engine, ids.subList(0, BLOCK_TOKENS + 1), 1);
        long blockBytes = engine.status().kv().cachedBytes();
        answerApart(engine, ids, plan.maxTokens());
        return blockBytes;
    }

    private static void answerApart(TidarEngine engine, List<Integer> ids, int maxTokens) throws InterruptedException {
        GenerationRequest request = GenerationRequest.builder(new Prompt.Tokens(ids))
                .maxTokens(maxTokens)
                .decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))
                .cacheSalt("warm-up")
                .build();
        engine.submit(request, GenerationListener.NONE).await();
    }
}
