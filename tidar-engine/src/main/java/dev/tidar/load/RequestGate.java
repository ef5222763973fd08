package dev.tidar.load;

import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.api.GenerationRequest;
import dev.tidar.api.Groups;
import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.Limits;
import dev.tidar.api.Lookup;
import dev.tidar.decode.Constraint;
import dev.tidar.decode.DecodeRequest;
import dev.tidar.decode.LayoutChoice;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.WithDraftModel;
import dev.tidar.emission.AnswerStream;
import dev.tidar.emission.LimitRule;
import dev.tidar.emission.StopRule;
import dev.tidar.schedule.Admission;
import dev.tidar.step.GroupWidth;
import dev.tidar.text.answer.AnswerParser;
import dev.tidar.text.answer.AnswerSyntax;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Checks requests against the model and turns them into admissions that can be queued. This happens once, on the
 * caller's thread, before anything is queued. Thread-safe.
 */
public final class RequestGate {

    private final Supplier<Decoding> decoding;
    private final Limits limits;
    private final Lookup lookup;
    private final LoadedModel model;
    private final PromptEncoder prompts;
    private final RequestSampling sampling;
    private final RequestConstraint constraints;
    private final LongSupplier seeds;

    /** @param decoding how requests decode that leave it open, asked for each */
    RequestGate(EngineOptions options, LoadedModel model, Supplier<Decoding> decoding, LongSupplier seeds) {
        this.decoding = decoding;
        this.limits = options.limits();
        this.lookup = options.lookup();
        this.model = model;
        this.prompts = new PromptEncoder(model, limits.maxPromptCharacters());
        this.sampling = new RequestSampling(model.defaults().sampling(), model.vocabSize());
        this.constraints = new RequestConstraint(model);
        this.seeds = seeds;
    }

    /**
     * Turns a request into an admission that can be queued.
     *
     * @throws InvalidRequestException if it can never be served
     */
    public Admission admit(GenerationRequest request) {
        Decoding wanted = request.decoding().orElseGet(decoding);
        Supplier<LayoutChoice> layouts = layouts(wanted);
        if (!request.stopStrings().isEmpty() && model.tokenizer().isEmpty()) {
            throw new InvalidRequestException(
                    "stop strings need a tokenizer, but the model folder has no tokenizer.json");
        }
        requireNewTokens(request);
        requireExactForLogProbs(request, wanted);
        EncodedPrompt encoded = prompts.encode(request.prompt());
        List<Integer> prompt = encoded.ids();
        AnswerSyntax syntax =
                request.format().isPresent() ? encoded.answerSyntax().withFormat() : encoded.answerSyntax();
        int context = model.facts().contextLength();
        requirePrompt(prompt.size(), context);
        StopRule stop = stop(request);
        int maxTokens = Math.min(maxTokens(request), context - prompt.size());
        LimitRule limit = constraints.limit(
                request,
                maxTokens < maxTokens(request)
                        ? "the context of %d tokens".formatted(context)
                        : "max-tokens = %d".formatted(maxTokens));
        Constraint constraint = constraints.of(request, syntax, maxTokens);
        return new Admission(
                new DecodeRequest(
                        prompt,
                        sampling.of(request, stop.ids(), prompt.size(), seeds.getAsLong()),
                        constraint,
                        maxTokens,
                        context),
                timeout(request),
                request.cacheSalt().orElse(""),
                () -> new AnswerStream(
                        stop,
                        model.tokenizer().map(tokenizer -> tokenizer.detokenizer(syntax.tags())),
                        new AnswerParser(syntax, seeds.getAsLong()),
                        limit),
                layouts);
    }

    /**
     * Rejects log-probabilities with a beta below 1: they are those of the model, and a mixed row has none of its own.
     */
    private static void requireExactForLogProbs(GenerationRequest request, Decoding wanted) {
        if (wanted.isLossy() && request.logProbs().isPresent()) {
            throw new InvalidRequestException("logprobs need exact decoding, but beta is below 1");
        }
    }

    /**
     * Checks whether the model can decode so.
     *
     * @throws InvalidRequestException if it cannot
     */
    void requireServes(Decoding wanted) {
        layouts(wanted);
    }

    private void requireNewTokens(GenerationRequest request) {
        int max = limits.maxNewTokens().orElse(Integer.MAX_VALUE);
        if (request.maxTokens().orElse(1) > max) {
            throw new InvalidRequestException("max-tokens must be at most %d, the limit of this engine, but is %d"
                    .formatted(max, request.maxTokens().getAsInt()));
        }
    }

    private void requirePrompt(int tokens, int context) {
        int max = limits.maxPromptTokens().orElse(Integer.MAX_VALUE);
        if (tokens > max) {
            throw new InvalidRequestException(
                    "the prompt must have at most %d tokens, the limit of this engine, but has %d"
                            .formatted(max, tokens));
        }
        if (tokens >= context) {
            throw new InvalidRequestException(
                    "the prompt has %d tokens and needs %d blocks of KV memory, but a context of %d has room for %d tokens in %d blocks"
                            .formatted(
                                    tokens,
                                    model.kvCache().blocksFor(tokens + 1),
                                    context,
                                    context - 1,
                                    model.kvCache().blocksFor(context)));
        }
    }

    /** The shorter one of the request's time limit and the engine's. */
    private Optional<Duration> timeout(GenerationRequest request) {
        return Stream.concat(request.timeout().stream(), limits.maxRequestTime().stream())
                .min(Comparator.naturalOrder());
    }

    private StopRule stop(GenerationRequest request) {
        Set<Integer> stopIds = new HashSet<>(request.stopIds());
        if (!request.ignoreStopIds()) {
            stopIds.addAll(model.defaults().stopIds());
        }
        return new StopRule(stopIds, request.stopStrings(), request.minTokens());
    }

    private int maxTokens(GenerationRequest request) {
        return request.maxTokens().orElse(limits.maxNewTokens().orElse(Integer.MAX_VALUE));
    }

    private Supplier<LayoutChoice> layouts(Decoding decoding) {
        if (decoding.isLossy() && decoding.mode() != DecodeMode.SINGLE_PASS) {
            throw new InvalidRequestException(
                    "beta below 1 needs mode single-pass, but the mode is %s".formatted(name(decoding.mode())));
        }
        if (decoding.mode() == DecodeMode.AUTO) {
            requireMeasured(decoding);
            return () -> model.layouts().forRequest(lookup);
        }
        StepLayout layout = layout(decoding);
        return () -> LayoutChoice.fixed(layout);
    }

    /** A choice as options spell it. */
    private static String name(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Rejects a draft length that auto did not measure at load, rather than ignoring it. */
    private void requireMeasured(Decoding decoding) {
        boolean measured = decoding.draftLength().stream().allMatch(model.layouts()::hasOnlyDraftLength);
        if (!measured || decoding.outcomes().isPresent() || decoding.groups() != Groups.AUTO) {
            throw new InvalidRequestException(
                    "mode auto decides on draft length, outcomes and groups itself; choose single-pass or two-pass to set them");
        }
    }

    private StepLayout layout(Decoding decoding) {
        ModelFacts facts = model.facts();
        if (decoding.mode() == DecodeMode.AUTOREGRESSIVE) {
            return StepLayout.AUTOREGRESSIVE;
        }
        if (decoding.mode() == DecodeMode.DRAFT_MODEL) {
            return withDraftModel(decoding);
        }
        if (facts.maskTokenId().isEmpty()) {
            throw new InvalidRequestException(
                    "mode %s needs a mask token, but %s has none: it decodes autoregressively only"
                            .formatted(name(decoding.mode()), facts.name()));
        }
        int k = decoding.draftLength().orElse(Math.min(facts.blockSize().orElseThrow(), Decoding.MAX_DRAFT_LENGTH));
        if (decoding.mode() == DecodeMode.TWO_PASS) {
            requireNoGroups(decoding);
            return new StepLayout.TwoPass(k);
        }
        SortedSet<Integer> outcomes =
                decoding.outcomes().<SortedSet<Integer>>map(TreeSet::new).orElseGet(() -> StepLayout.allOutcomes(k));
        if (!outcomes.isEmpty() && outcomes.last() > k) {
            throw new InvalidRequestException("outcomes must be kept counts in [1, draft-length = %d], but have %d"
                    .formatted(k, outcomes.last()));
        }
        if (decoding.isLossy() && outcomes.size() < k) {
            throw new InvalidRequestException(
                    "beta below 1 needs single-pass steps with all outcomes, but they are %s".formatted(outcomes));
        }
        return new StepLayout.SinglePass(k, outcomes, groups(decoding, facts), decoding.beta());
    }

    private StepLayout withDraftModel(Decoding decoding) {
        if (model.draftModel().isEmpty()) {
            throw new InvalidRequestException(
                    "mode draft-model needs a draft model, but none is loaded beside %s; set draft-model"
                            .formatted(model.facts().name()));
        }
        requireNoGroups(decoding);
        return new WithDraftModel(decoding.draftLength().orElse(WithDraftModel.USUAL_LENGTH));
    }

    private static void requireNoGroups(Decoding decoding) {
        if (decoding.outcomes().isPresent() || decoding.groups() != Groups.AUTO) {
            throw new InvalidRequestException("%s belong to mode single-pass, but the mode is %s"
                    .formatted(decoding.outcomes().isPresent() ? "outcomes" : "groups", name(decoding.mode())));
        }
    }

    private static GroupWidth groups(Decoding decoding, ModelFacts facts) {
        boolean wantsShort = decoding.groups() == Groups.SHORT || decoding.groups() == Groups.FORCED_SHORT;
        if (wantsShort && decoding.isLossy()) {
            throw new InvalidRequestException(
                    "groups must be full or auto with beta below 1, which needs slot 0, but are %s"
                            .formatted(name(decoding.groups())));
        }
        if (decoding.groups() == Groups.SHORT && !facts.shortGroups()) {
            throw new InvalidRequestException(
                    "groups must be full or auto, because %s does not declare short_groups in its config.json; forced-short tries them nevertheless"
                            .formatted(facts.name()));
        }
        boolean isShort = wantsShort || decoding.groups() == Groups.AUTO && facts.shortGroups() && !decoding.isLossy();
        return isShort ? GroupWidth.SHORT : GroupWidth.FULL;
    }
}
