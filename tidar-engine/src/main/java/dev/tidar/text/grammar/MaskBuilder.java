package dev.tidar.text.grammar;

import dev.tidar.text.grammar.rule.Rule;
import dev.tidar.text.grammar.rule.Spot;
import dev.tidar.text.grammar.rule.Terminal;
import dev.tidar.text.grammar.vocabulary.TokenTrie;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import dev.tidar.text.grammar.Continuations.Group;
import dev.tidar.text.grammar.MaskCache.CachedMask;
import java.util.HashMap;
import java.util.Map;

/** Finds the tokens that may follow in a state, and after which the text can still end within a budget. */
final class MaskBuilder {

    /** More tokens than any answer has. */
    private static final int UNLIMITED = Rule.NO_TOKEN;

    /** Bytes of an end that are as good as its tokens for saying what budget is enough; of longer ends tokens count. */
    private static final int FEW = 8;

    private final MaskCache cache;
    private final Vocabulary vocabulary;
    private final long[] words;
    private final int budget; // tokens, after the one that is looked for
    private final Map<Spot, Integer> tokensToEnd = new HashMap<>();
    private int enough = 1;

    private MaskBuilder(MaskCache cache, int budget) {
        this.cache = cache;
        this.vocabulary = cache.vocabulary();
        this.words = new long[(vocabulary.size() + 63) >> 6];
        this.budget = budget;
    }

    static CachedMask unlimited(MaskCache cache, GrammarState state) {
        MaskBuilder builder = new MaskBuilder(cache, UNLIMITED);
        return new CachedMask(builder.build(state), builder.enough);
    }

    static TokenMask limited(MaskCache cache, GrammarState state, int remainingTokens) {
        return new MaskBuilder(cache, remainingTokens - 1).build(state);
    }

    private TokenMask build(GrammarState state) {
        state.spots().forEach(this::add);
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

    private void add(Spot spot) {
        Terminal terminal = spot.terminal();
        Continuations found = cache.continuations(terminal, spot.state());
        for (Group group : found.groups()) {
            if (endsWell(spot, group.state(), group.units())) {
                group.addTo(words);
            }
        }
        boolean goesOn = !spot.continuation().isEmpty(); // free text may be complete in every node
        for (int i = 0; goesOn && i < found.numExits(); i++) {
            goOn(spot, found.exit(i), found.exitUnits(i));
        }
    }

    /** Whether a token may end here: the bounds on units allow it, and the budget the rest. */
    private boolean endsWell(Spot from, int state, int moreUnits) {
        int units = from.terminal().counted(from.units(), moreUnits);
        return from.terminal().admits(state, units)
                && isAffordable(from.at(state, units));
    }

    private boolean isAffordable(Spot spot) {
        int rest = spot.rest();
        if (rest <= budget && (rest <= FEW || budget < UNLIMITED)) {
            enough = Math.max(enough, rest + 1);
            return true;
        }
        int tokens = tokensToEnd.computeIfAbsent(spot, end -> end.tokensToEnd(vocabulary));
        if (tokens < Rule.IMPOSSIBLE) {
            enough = Math.max(enough, tokens + 1);
        }
        return tokens <= budget;
    }

    /** The terminal is complete in the middle of tokens: follows them into what comes after. */
    private void goOn(Spot complete, int node, int moreUnits) {
        Terminal terminal = complete.terminal();
        if (terminal.mayEnd(terminal.counted(complete.units(), moreUnits))) {
            for (Spot next : complete.continuation()) {
                walk(next, node);
            }
        }
    }

    private void walk(Spot spot, int from) {
        TokenTrie trie = vocabulary.trie();
        Continuations.walk(trie, from, spot.terminal(), spot.state(), new Continuations.Visitor() {
            @Override
            public void tokens(int node, int state, int units) {
                if (endsWell(spot, state, units)) {
                    for (int i = trie.firstToken(node); i < trie.firstToken(node + 1); i++) {
                        set(trie.token(i));
                    }
                }
            }

            @Override
            public void exit(int node, int state, int units) {
                goOn(spot, node, units);
            }
        });
    }
}
