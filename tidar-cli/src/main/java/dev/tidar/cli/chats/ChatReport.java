package dev.tidar.cli.chats;

import dev.tidar.api.EngineStatus;
import dev.tidar.cli.chats.ChatRun.Answered;
import dev.tidar.cli.serving.Samples;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * Results of a bench of chats.
 *
 * @param setting model, device and kernels
 * @param chats chats of the script
 * @param oneShots prompts of the script that stand alone
 * @param requests turns and prompts that stand alone
 * @param maxTokens the largest number of tokens of an answer
 * @param seed seed of the order of requests
 * @param differentBlocks full blocks that the script leaves in a memory without limit
 * @param runs the same script with different memory settings
 * @param tokensEqual whether all runs gave the same answers
 */
public record ChatReport(
        Setting setting,
        int chats,
        int oneShots,
        int requests,
        int maxTokens,
        long seed,
        int differentBlocks,
        List<Row> runs,
        boolean tokensEqual) {

    /** Model, device and kernels. */
    public record Setting(String model, String weights, String device, String backend, String jvm, long blockBytes) {
        static Setting of(EngineStatus status, long blockBytes) {
            return new Setting(
                    status.model().name(),
                    status.model().weights().name().toLowerCase(Locale.ROOT),
                    status.device(),
                    status.backend(),
                    Runtime.version().toString(),
                    blockBytes);
        }
    }

    /**
     * One run. Times are medians in milliseconds, from submission to the first token.
     *
     * @param memory name of the memory setting
     * @param kvBytes its size in bytes
     * @param promptTokens tokens of all prompts
     * @param cachedTokens those of them that were found in the prefix cache
     * @param cachedShare cachedTokens as a share of promptTokens
     * @param cachedShareOfTurns share of the tokens of turns, without the prompts that stand alone
     * @param lruShare cachedShare of an exact LRU of the same blocks; empty without a prefix cache
     * @param firstTurnMillis time to the first token of first turns
     * @param secondTurnMillis time to the first token of second turns
     * @param laterTurnsMillis time to the first token of all turns after the first
     * @param laterTurnsP99Millis the 99th percentile of these times
     * @param oneShotMillis time to the first token of prompts that stand alone
     */
    public record Row(
            String memory,
            long kvBytes,
            long promptTokens,
            long cachedTokens,
            double cachedShare,
            double cachedShareOfTurns,
            OptionalDouble lruShare,
            double firstTurnMillis,
            double secondTurnMillis,
            double laterTurnsMillis,
            double laterTurnsP99Millis,
            double oneShotMillis) {

        static Row of(String memory, long kvBytes, List<Answered> answers) {
            return of(memory, kvBytes, answers, OptionalDouble.empty());
        }

        /** @param lruTokens prompt tokens that an exact LRU found */
        static Row of(String memory, long kvBytes, List<Answered> answers, long lruTokens) {
            return of(memory, kvBytes, answers, OptionalDouble.of(lruTokens / (double) promptTokens(answers)));
        }

        private static Row of(String memory, long kvBytes, List<Answered> answers, OptionalDouble lruShare) {
            return new Row(
                    memory,
                    kvBytes,
                    promptTokens(answers),
                    cachedTokens(answers),
                    share(answers),
                    share(answers.stream().filter(Answered::isTurn).toList()),
                    lruShare,
                    firstToken(answers, a -> a.isTurn(0)).percentile(50),
                    firstToken(answers, a -> a.isTurn(1)).percentile(50),
                    firstToken(answers, Answered::isLaterTurn).percentile(50),
                    firstToken(answers, Answered::isLaterTurn).percentile(99),
                    firstToken(answers, a -> !a.isTurn()).percentile(50));
        }

        private static double share(List<Answered> answers) {
            return cachedTokens(answers) / (double) promptTokens(answers);
        }

        private static long promptTokens(List<Answered> answers) {
            return answers.stream().mapToLong(a -> a.prompt().size()).sum();
        }

        private static long cachedTokens(List<Answered> answers) {
            return answers.stream()
                    .mapToLong(a -> a.result().stats().cachedTokens())
                    .sum();
        }

        private static Samples firstToken(List<Answered> answers, Predicate<Answered> which) {
            return new Samples(answers.stream()
                    .filter(which)
                    .map(Answered::firstTokenMillis)
                    .toList());
        }
    }
}
