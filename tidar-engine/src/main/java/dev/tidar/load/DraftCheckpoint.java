package dev.tidar.load;

import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.checkpoint.TidarConfig;
import dev.tidar.json.Quoted;
import dev.tidar.text.tokenizer.Tokenizer;
import dev.tidar.text.tokenizer.Tokenizer.Difference;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Opens the checkpoint of a draft model, whose token ids must mean what they mean to the model it drafts for. */
final class DraftCheckpoint {

    private DraftCheckpoint() {}

    /**
     * The checkpoint, without a draft adapter of its own, because nothing but its exact rows is used.
     *
     * @param folder of the draft model
     * @param model the model that it drafts for
     * @param tokenizer of that model; empty where it serves token ids only
     * @throws InvalidModelException if it is no model, or has other tokens
     */
    static Checkpoint open(Path folder, Checkpoint model, Optional<Tokenizer> tokenizer) {
        Checkpoint draft = Checkpoint.open(folder, Overrides.none());
        try {
            requireSameTokens(model, tokenizer, draft, Tokenizer.load(folder));
            return draft.withoutDraftAdapter();
        } catch (RuntimeException | Error e) {
            draft.close();
            throw e;
        }
    }

    private static void requireSameTokens(
            Checkpoint model, Optional<Tokenizer> tokenizer, Checkpoint draft, Optional<Tokenizer> drafts) {
        if (tokenizer.isPresent() != drafts.isPresent()) {
            throw differs(
                    draft,
                    model,
                    "only %s has a tokenizer.json".formatted((tokenizer.isPresent() ? model : draft).folder()));
        }
        if (tokenizer.isEmpty()) {
            int own = model.config().vocabSize();
            int others = draft.config().vocabSize();
            if (own != others) {
                throw differs(
                        draft, model, "vocab_size is %d in the model and %d in the draft model".formatted(own, others));
            }
            return;
        }
        Set<Integer> masks = Stream.of(model, draft)
                .map(Checkpoint::config)
                .map(ModelConfig::tidar)
                .flatMap(Optional::stream)
                .map(TidarConfig::maskTokenId)
                .collect(Collectors.toSet());
        tokenizer.get().differenceFrom(drafts.orElseThrow(), masks).ifPresent(difference -> {
            throw differs(draft, model, said(difference));
        });
        requireRows(model, draft, Math.max(tokenizer.get().size(), drafts.get().size()), masks);
    }

    /** The draft model embeds every token that the model may emit, and that is never a mask token. */
    private static void requireRows(Checkpoint model, Checkpoint draft, int ids, Set<Integer> masks) {
        int last = ids - 1;
        while (masks.contains(last)) {
            last--;
        }
        int vocabSize = draft.config().vocabSize();
        if (last >= vocabSize) {
            throw differs(
                    draft,
                    model,
                    "that has ids up to %d, and vocab_size is %d in the draft model".formatted(last, vocabSize));
        }
    }

    private static String said(Difference difference) {
        return "token id %d is %s in the model and %s in the draft model"
                .formatted(difference.id(), spelled(difference.own()), spelled(difference.others()));
    }

    private static String spelled(Optional<String> token) {
        return token.map(text -> "'" + Quoted.of(text) + "'").orElse("unassigned");
    }

    private static InvalidModelException differs(Checkpoint draft, Checkpoint model, String how) {
        return new InvalidModelException(
                Fault.SETTING,
                "the draft model %s must have the tokenizer of the model %s, but %s"
                        .formatted(draft.folder(), model.folder(), how));
    }
}
