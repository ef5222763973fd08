package dev.tidar.text.grammar.automaton;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A partition of the code points into classes; an automaton treats all code points of a class alike. Immutable.
 *
 * <p>Interval i contains the code points from {@code starts[i]} up to, but not including, {@code starts[i + 1]}. The
 * first interval starts at 0.
 */
final class Alphabet {

    private final int[] starts; // [intervals], ascending
    private final int[] classes; // [intervals]
    private final int size;

    private Alphabet(int[] starts, int[] classes, int size) {
        this.starts = starts;
        this.classes = classes;
        this.size = size;
    }

    /** The coarsest partition in which each of these sets is a union of classes. */
    static Alphabet of(Collection<CodePoints> sets) {
        TreeSet<Integer> cuts = new TreeSet<>(List.of(0));
        for (CodePoints set : sets) {
            for (int[] range : set.pairs()) {
                cuts.add(range[0]);
                cuts.add(range[1] + 1);
            }
        }
        cuts.remove(CodePoints.MAX + 1);
        int[] starts = cuts.stream().mapToInt(Integer::intValue).toArray();
        BitSet[] members = new BitSet[starts.length];
        Arrays.setAll(members, i -> new BitSet());
        int set = 0;
        for (CodePoints points : sets) {
            for (int[] range : points.pairs()) {
                int from = Arrays.binarySearch(starts, range[0]);
                for (int i = from; i < starts.length && starts[i] <= range[1]; i++) {
                    members[i].set(set);
                }
            }
            set++;
        }
        return classified(starts, Arrays.asList(members));
    }

    /** The coarsest partition that refines both. */
    static Joined join(Alphabet left, Alphabet right) {
        TreeSet<Integer> cuts = new TreeSet<>();
        Arrays.stream(left.starts).forEach(cuts::add);
        Arrays.stream(right.starts).forEach(cuts::add);
        int[] starts = cuts.stream().mapToInt(Integer::intValue).toArray();
        List<List<Integer>> pairs = new ArrayList<>();
        for (int start : starts) {
            pairs.add(List.of(left.classOf(start), right.classOf(start)));
        }
        Alphabet joined = classified(starts, pairs);
        int[] lefts = new int[joined.size];
        int[] rights = new int[joined.size];
        for (int i = 0; i < starts.length; i++) {
            lefts[joined.classes[i]] = pairs.get(i).get(0);
            rights[joined.classes[i]] = pairs.get(i).get(1);
        }
        return new Joined(joined, lefts, rights);
    }

    /** A common refinement; its class c is part of class {@code left[c]} and of class {@code right[c]}. */
    record Joined(Alphabet alphabet, int[] left, int[] right) {}

    int size() {
        return size;
    }

    int classOf(int codePoint) {
        return classes[intervalOf(codePoint)];
    }

    int intervalOf(int codePoint) {
        int found = Arrays.binarySearch(starts, codePoint);
        return found >= 0 ? found : -found - 2;
    }

    int classOfInterval(int interval) {
        return classes[interval];
    }

    /** The first code point after an interval. */
    int endOfInterval(int interval) {
        return interval + 1 < starts.length ? starts[interval + 1] : CodePoints.MAX + 1;
    }

    /** The classes that a set consists of; it is one of the sets that {@link #of} was given. */
    int[] classesOf(CodePoints set) {
        BitSet found = new BitSet();
        for (int[] range : set.pairs()) {
            for (int i = intervalOf(range[0]); i < starts.length && starts[i] <= range[1]; i++) {
                found.set(classes[i]);
            }
        }
        return found.stream().toArray();
    }

    private static Alphabet classified(int[] starts, List<?> signatures) {
        Map<Object, Integer> known = new HashMap<>();
        int[] classes = new int[starts.length];
        for (int i = 0; i < starts.length; i++) {
            classes[i] = known.computeIfAbsent(signatures.get(i), signature -> known.size());
        }
        return new Alphabet(starts, classes, known.size());
    }
}
