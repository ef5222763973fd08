package dev.tidar.text.grammar;

import dev.tidar.text.grammar.MaskCache.CachedMask;
import dev.tidar.text.grammar.TerminalTokens.Group;
import dev.tidar.text.grammar.rule.Parse;
import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.Terminal;
import dev.tidar.text.grammar.vocabulary.TokenTrie;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Computes the mask of a state: the tokens that are allowed next and after which the text can still end within a
 * budget.
 */
final class MaskBuilder {

    /** A budget in tokens that no answer exceeds. */
    private static final int UNLIMITED = Rule.NO_TOKEN;

    /**
     * Up to this cost, the cost of a completion serves as the number of its tokens when the minimum budget is
     * determined; above it the tokens are counted.
     */
    private static final int SHORT_END = 8;

    private final MaskCache cache;
    private final Vocabulary vocabulary;
    private final long[] words;
    private final int budget; // tokens that may follow the next one
    private final LongConsumer work;
    private final Map<Parse, Integer> tokensToEnd = new HashMap<>();
    private int minBudget = 1; // the smallest budget for which the mask is the same

    /** @param work receives the elementary steps that are taken, and may end them by an exception */
    private MaskBuilder(MaskCache cache, int budget, LongConsumer work) {
        this.cache = cache;
        this.vocabulary = cache.vocabulary();
        this.words = new long[(vocabulary.size() + 63) >> 6];
        this.budget = budget;
        this.work = work;
    }

    static CachedMask unlimited(MaskCache cache, GrammarState state, LongConsumer work) {
        MaskBuilder builder = new MaskBuilder(cache, UNLIMITED, work);
        return new CachedMask(builder.build(state), builder.minBudget);
    }

    static TokenMask limited(MaskCache cache, GrammarState state, int remainingTokens, LongConsumer work) {
        return new MaskBuilder(cache, remainingTokens - 1, work).build(state);
    }

    private TokenMask build(GrammarState state) {
        state.parses().forEach(this::add);
        if (state.isAccepting()) {
            for (int id : vocabulary.stopIds()) {
                set(id);
            }
        }
        return new TokenMask(words, vocabulary.size());
    }

    private void set(int id) {
        words[id >> 6] |= 1L << id;
    }

    private void add(Parse parse) {
        Terminal terminal = parse.terminal();
        TerminalTokens found = cache.terminalTokens(terminal, parse.state(), work);
        for (Group group : found.groups()) {
            work.accept(8 + (group.ids().length + group.words().length) / 4);
            if (isAllowed(parse, group.state(), group.units())) {
                group.addTo(words);
            }
        }
        // In free text every node is an exit, and checking for a continuation once saves the walk through all of them.
        boolean continues = !parse.continuation().isEmpty();
        for (int i = 0; continues && i < found.numExits(); i++) {
            work.accept(2);
            followExit(parse, found.exit(i), found.exitUnits(i));
        }
    }

    /** Whether a token may end in this state: the limits on units and the budget for the remaining text allow it. */
    private boolean isAllowed(Parse from, int state, int moreUnits) {
        int units = from.terminal().counted(from.units(), moreUnits);
        return from.terminal().admits(state, units) && isAffordable(from.at(state, units));
    }

    private boolean isAffordable(Parse parse) {
        int room = parse.mayBeCut() ? UNLIMITED : budget;
        int cost = parse.costToEnd();
        if (cost <= room && (cost <= SHORT_END || room < UNLIMITED)) {
            requireBudget(parse, cost + 1);
            return true;
        }
        int tokens = tokensToEnd.computeIfAbsent(parse, end -> end.tokensToEnd(vocabulary, work));
        if (tokens < Rule.IMPOSSIBLE) {
            requireBudget(parse, tokens + 1);
        }
        return tokens <= room;
    }

    private void requireBudget(Parse parse, int tokens) {
        if (!parse.mayBeCut()) {
            minBudget = Math.max(minBudget, tokens);
        }
    }

    /** Follows tokens beyond the end of a terminal, which is complete at this node of the trie. */
    private void followExit(Parse complete, int node, int moreUnits) {
        Terminal terminal = complete.terminal();
        if (terminal.mayEnd(terminal.counted(complete.units(), moreUnits))) {
            for (Parse next : complete.continuation()) {
                walk(next, node);
            }
        }
    }

    private void walk(Parse parse, int from) {
        TokenTrie trie = vocabulary.trie();
        TerminalTokens.walk(trie, from, parse.terminal(), parse.state(), new TerminalTokens.Visitor() {
            @Override
            public void tokens(int node, int state, int units) {
                work.accept(2);
                if (isAllowed(parse, state, units)) {
                    for (int i = trie.firstToken(node); i < trie.firstToken(node + 1); i++) {
                        set(trie.token(i));
                    }
                }
            }

            @Override
            public void exit(int node, int state, int units) {
                followExit(parse, node, units);
            }
        }, work);
    }
}
