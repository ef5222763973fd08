package dev.tidar.auto;

import dev.tidar.api.Decoding;
import dev.tidar.checkpoint.KeptByLayout;
import dev.tidar.checkpoint.TidarConfig;
import dev.tidar.decode.StepLayout;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.step.GroupWidth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The layouts of a checkpoint that can be worth their rows: of all draft lengths and outcomes those which, for texts
 * that are harder or easier to draft, yield more tokens a forward than every other layout of their kind that has no
 * more rows.
 */
final class UsefulLayouts {

    /** Accepted drafts over expected ones, from texts that are hard to draft to those that are easy. */
    private static final double[] RATIOS = {1, 1.3, 1.6};

    private static final double MAX_ACCEPTANCE = 0.95;

    /** A layout with more rows must yield this much more. */
    private static final double GAIN = 1.04;

    private static final int MAX_DRAFT_LENGTH = 8;

    private final TidarConfig config;
    private final OptionalInt asked;
    private final ExpectedAcceptance expected;

    /** @param asked the draft length that the options ask for; empty for those that the checkpoint drafts well with */
    UsefulLayouts(TidarConfig config, OptionalInt asked) {
        this.config = config;
        this.asked = asked;
        this.expected = new ExpectedAcceptance(config.kept());
    }

    /** Two-pass layouts, narrow ones first. */
    List<StepLayout> twoPass() {
        return useful(lengths(config.kept().twoPass()).mapToObj(TwoPass::new));
    }

    /**
     * Single-pass layouts with full groups, and with short ones where the checkpoint declares them; narrow ones first.
     */
    List<StepLayout> singlePass() {
        KeptByLayout kept = config.kept();
        List<StepLayout> all = new ArrayList<>(
                useful(lengths(kept.singlePass()).boxed().flatMap(k -> singlePass(k, GroupWidth.FULL))));
        if (config.shortGroups()) {
            all.addAll(useful(lengths(kept.shortGroups()).boxed().flatMap(k -> singlePass(k, GroupWidth.SHORT))));
        }
        all.sort(Comparator.comparingInt(StepLayout::maxRows));
        return all;
    }

    /**
     * The draft length that the options ask for, or the trained block and those below it from the shortest one on that
     * the checkpoint lists. Of those below it no more than eight rows are considered, because they are many.
     */
    private IntStream lengths(SortedMap<Integer, Double> listed) {
        if (asked.isPresent()) {
            return IntStream.of(Math.min(asked.getAsInt(), Decoding.MAX_DRAFT_LENGTH));
        }
        int block = config.blockSize();
        int shortest = listed.isEmpty() ? block : Math.min(block, listed.firstKey());
        return IntStream.concat(IntStream.rangeClosed(shortest, Math.min(block, MAX_DRAFT_LENGTH)), IntStream.of(block))
                .distinct();
    }

    /** With groups after the first counts, or after the first ones and the whole block: those are the likeliest. */
    private static Stream<StepLayout> singlePass(int k, GroupWidth groups) {
        Set<SortedSet<Integer>> outcomes = new LinkedHashSet<>();
        for (int count = 0; count <= k; count++) {
            SortedSet<Integer> first = StepLayout.allOutcomes(count);
            SortedSet<Integer> andWhole = new TreeSet<>(first);
            andWhole.add(k);
            outcomes.add(first);
            outcomes.add(andWhole);
        }
        return outcomes.stream().map(set -> new SinglePass(k, set, groups));
    }

    private List<StepLayout> useful(Stream<StepLayout> all) {
        List<StepLayout> narrowFirst =
                all.sorted(Comparator.comparingInt(StepLayout::maxRows)).toList();
        Set<StepLayout> useful = new LinkedHashSet<>();
        for (double ratio : RATIOS) {
            double most = 1;
            for (int i = 0; i < narrowFirst.size(); i++) {
                StepLayout best = bestOfAsManyRows(narrowFirst, i, ratio);
                if (narrowFirst.get(i).equals(best) && tokens(best, ratio) > most * GAIN) {
                    most = tokens(best, ratio);
                    useful.add(best);
                }
            }
        }
        return useful.isEmpty()
                ? narrowFirst.subList(0, 1)
                : narrowFirst.stream().filter(useful::contains).toList();
    }

    private StepLayout bestOfAsManyRows(List<StepLayout> layouts, int i, double ratio) {
        int rows = layouts.get(i).maxRows();
        return layouts.stream()
                .filter(layout -> layout.maxRows() == rows)
                .max(Comparator.comparingDouble(layout -> tokens(layout, ratio)))
                .orElseThrow();
    }

    private double tokens(StepLayout layout, double ratio) {
        double acceptance = Math.min(MAX_ACCEPTANCE, expected.of(layout) * ratio);
        return layout.tokensPerStep(acceptance) / layout.forwards();
    }
}
