package dev.tidar.load;

import dev.tidar.backend.jni.BackgroundThreads;
import dev.tidar.text.grammar.Grammars;
import dev.tidar.text.grammar.vocabulary.Vocabulary;
import dev.tidar.text.tokenizer.Tokenizer;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes the grammars of a model when they are first asked for, because many applications never use them. Thread-safe.
 */
final class GrammarsOnce implements Supplier<Grammars> {

    private static final long IDLE_SECONDS = 1;

    private final Tokenizer tokenizer;
    private final int[] stopIds;
    private Optional<Grammars> made = Optional.empty();

    GrammarsOnce(Tokenizer tokenizer, Collection<Integer> stopIds) {
        this.tokenizer = tokenizer;
        this.stopIds = stopIds.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public synchronized Grammars get() {
        if (made.isEmpty()) {
            var vocabulary = new Vocabulary(tokenizer.tokenBytes(), tokenizer.addedTokens(), stopIds);
            made = Optional.of(new Grammars(vocabulary, BackgroundThreads.one("tidar-grammars", IDLE_SECONDS)));
        }
        return made.get();
    }
}
