package dev.tidar.text.grammar.automaton;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Automata of free text, of any bytes up to one of some marks. A state knows the longest end of the text that may
 * become a mark (Aho and Corasick 1975), and how far the text has come with a beginning that it must not have.
 */
public final class FreeText {

    /** The text does not have the unwanted beginning, whatever follows. */
    private static final int BEGUN_OTHERWISE = ByteAutomaton.DEAD;

    private static final Place NOWHERE = new Place("nowhere", BEGUN_OTHERWISE);
    private static final Place END = new Place("end", BEGUN_OTHERWISE);

    private final List<String> marks; // of bytes, a character each
    private final Optional<ByteAutomaton> without;
    private final boolean toMark;
    private final Work work;

    private FreeText(Collection<byte[]> marks, Optional<ByteAutomaton> without, boolean toMark, Work work) {
        this.marks = marks.stream()
                .map(mark -> new String(mark, StandardCharsets.ISO_8859_1))
                .toList();
        this.without = without;
        this.toMark = toMark;
        this.work = work;
    }

    /**
     * Texts that end with the first mark in them.
     *
     * @param without what they do not begin with
     */
    public static ByteAutomaton upTo(Collection<byte[]> marks, Optional<ByteAutomaton> without, Work work) {
        return new FreeText(marks, without, true, work).build();
    }

    /**
     * Texts without any mark in them.
     *
     * @param without what they do not begin with
     */
    public static ByteAutomaton without(Collection<byte[]> marks, Optional<ByteAutomaton> without, Work work) {
        return new FreeText(marks, without, false, work).build();
    }

    /**
     * Where a text stands.
     *
     * @param end longest end of it that is the start of a mark
     * @param beginning state of what it must not begin with
     */
    private record Place(String end, int beginning) {}

    private ByteAutomaton build() {
        Map<Place, Integer> states = new HashMap<>();
        List<Place> places = new ArrayList<>(List.of(new Place("", without.isPresent() ? 0 : BEGUN_OTHERWISE)));
        states.put(places.get(0), 0);
        if (toMark) {
            places.add(END);
        }
        List<int[]> rows = new ArrayList<>();
        for (int state = 0; state < places.size(); state++) {
            int[] row = new int[256];
            for (int b = 0; b < 256; b++) {
                Place next = next(places.get(state), (byte) b);
                row[b] = next == NOWHERE
                        ? ByteAutomaton.DEAD
                        : next == END
                                ? 1
                                : states.computeIfAbsent(next, fresh -> {
                                    places.add(fresh);
                                    return places.size() - 1;
                                });
            }
            rows.add(row);
            work.spend(256L * marks.size());
            work.requireStates(rows.size());
        }
        BitSet accepting = new BitSet();
        accepting.set(toMark ? 1 : 0, toMark ? 2 : rows.size());
        return ByteAutomaton.of(rows, accepting, work);
    }

    private Place next(Place place, byte b) {
        if (place == END) {
            return NOWHERE;
        }
        int beginning = place.beginning() == BEGUN_OTHERWISE
                ? BEGUN_OTHERWISE
                : without.orElseThrow().next(place.beginning(), b);
        if (beginning != BEGUN_OTHERWISE && without.orElseThrow().isAccepting(beginning)) {
            return NOWHERE;
        }
        String read = place.end() + (char) (b & 0xff);
        if (marks.stream().anyMatch(read::endsWith)) {
            return toMark ? END : NOWHERE;
        }
        int from = 0;
        while (!isStart(read.substring(from))) {
            from++;
        }
        return new Place(read.substring(from), beginning);
    }

    private boolean isStart(String text) {
        return marks.stream().anyMatch(mark -> mark.startsWith(text));
    }
}
