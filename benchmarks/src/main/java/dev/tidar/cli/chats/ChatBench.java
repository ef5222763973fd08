package dev.tidar.cli.chats;

import dev.tidar.TidarEngine;
import dev.tidar.api.ChatMessage;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.GenerationListener;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Prompt;
import dev.tidar.cli.chats.ChatReport.Row;
import dev.tidar.cli.chats.ChatRun.Answered;
import dev.tidar.cli.chats.ChatScript.Entry;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Plays the same script three times: with memory for all, without a prefix cache, and with memory for a part of what
 * the script leaves behind. Beside the runs with a cache an exact LRU of the same size sees the same blocks in the same
 * order.
 */
public final class ChatBench {

    /** Tokens of a block of KV memory. */
    private static final int BLOCK_TOKENS = 16;

    private final Function<UnaryOperator<KvCacheOptions>, TidarEngine> loader;
    private final ChatPlan plan;
    private final PrintWriter log;

    /**
     * What is played.
     *
     * @param model folder of the model
     * @param seed seed of the order of requests
     * @param maxTokens tokens of an answer at most
     * @param tightShare blocks of the tight memory, as a part of the different blocks of the script, in (0, 1)
     */
    public record ChatPlan(Path model, ChatScript script, long seed, int maxTokens, double tightShare) {}

    /**
     * @param loader loads the model with the KV memory changed so
     * @param log told of progress
     */
    public ChatBench(Function<UnaryOperator<KvCacheOptions>, TidarEngine> loader, ChatPlan plan, PrintWriter log) {
        this.loader = loader;
        this.plan = plan;
        this.log = log;
    }

    public ChatReport run() throws InterruptedException {
        try (var prompts = new PromptIds(plan.model())) {
            return run(prompts);
        }
    }

    private ChatReport run(PromptIds prompts) throws InterruptedException {
        List<Entry> order = plan.script().shuffled(plan.seed());
        long blockBytes;
        Row ample;
        List<Answered> answers;
        ChatReport.Setting setting;
        try (TidarEngine engine = loader.apply(kv -> kv.withReuse(true))) {
            blockBytes = warmUp(engine, prompts);
            setting = ChatReport.Setting.of(engine.status(), blockBytes);
            answers = play("ample memory", engine, prompts, order);
            ample = row("ample memory", engine, blockBytes, answers);
        }
        Row off;
        List<Answered> computed;
        try (TidarEngine engine = loader.apply(kv -> kv.withReuse(false))) {
            warmUp(engine, prompts);
            computed = play("no prefix cache", engine, prompts, order);
            off = Row.of("no prefix cache", engine.status().kv().bytes(), computed);
        }
        Row tight;
        List<Answered> pressed;
        long tightBytes = tightBlocks(answers) * blockBytes;
        try (TidarEngine engine = loader.apply(kv -> kv.withReuse(true).withBytes(tightBytes))) {
            warmUp(engine, prompts);
            pressed = play("tight memory", engine, prompts, order);
            tight = row("tight memory", engine, blockBytes, pressed);
        }
        boolean equal =
                tokens(answers).equals(tokens(computed)) && tokens(answers).equals(tokens(pressed));
        return new ChatReport(
                setting,
                plan.script().chats().size(),
                plan.script().oneShots().size(),
                order.size(),
                plan.maxTokens(),
                plan.seed(),
                everythingKept(answers).size(),
                List.of(ample, off, tight),
                equal);
    }

    private List<Answered> play(String name, TidarEngine engine, PromptIds prompts, List<Entry> order)
            throws InterruptedException {
        long start = System.nanoTime();
        List<Answered> answers = new ChatRun(engine, plan.script(), prompts, plan.maxTokens()).play(order);
        log.printf("%s: %d requests in %d s%n", name, answers.size(), (System.nanoTime() - start) / 1_000_000_000);
        log.flush();
        return answers;
    }

    private static Row row(String name, TidarEngine engine, long blockBytes, List<Answered> answers) {
        long bytes = engine.status().kv().bytes();
        var lru = new LruBlocks((int) (bytes / blockBytes), BLOCK_TOKENS);
        return Row.of(name, bytes, answers, simulate(lru, answers));
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

    /** A part of all blocks, and no less than the longest request needs. */
    private long tightBlocks(List<Answered> answers) {
        int longest = answers.stream()
                .mapToInt(answered -> answered.computed().size() / BLOCK_TOKENS + 1)
                .max()
                .orElseThrow();
        return Math.max(longest, Math.round(everythingKept(answers).size() * plan.tightShare()));
    }

    /**
     * Runs the kernels once, under a salt of its own, so that nothing of it is found later.
     *
     * @return bytes of a block: the prompt has a block and a token, so one block is cached behind it where reuse is on
     */
    private long warmUp(TidarEngine engine, PromptIds prompts) throws InterruptedException {
        List<Integer> ids = prompts.of(List.of(ChatMessage.user(plan.script().system())));
        engine.submit(
                        GenerationRequest.builder(new Prompt.Tokens(ids.subList(0, BLOCK_TOKENS + 1)))
                                .maxTokens(1)
                                .decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))
                                .cacheSalt("warm-up")
                                .build(),
                        GenerationListener.NONE)
                .await();
        long blockBytes = engine.status().kv().cachedBytes();
        engine.submit(
                        GenerationRequest.builder(new Prompt.Tokens(ids))
                                .maxTokens(plan.maxTokens())
                                .decoding(Decoding.of(DecodeMode.AUTOREGRESSIVE))
                                .cacheSalt("warm-up")
                                .build(),
                        GenerationListener.NONE)
                .await();
        return blockBytes;
    }

    private static List<List<Integer>> tokens(List<Answered> answers) {
        return answers.stream().map(answered -> answered.result().tokens()).toList();
    }
}
