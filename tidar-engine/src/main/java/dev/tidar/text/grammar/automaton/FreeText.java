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
 * Automata of free text: any bytes up to one of several marks. A state represents the longest suffix of the text that
 * may become a mark (Aho and Corasick 1975), and how much of an excluded start the text has matched so far.
 */
public final class FreeText {

    /** The text can no longer become one with an excluded start. */
    private static final int OTHER_PREFIX = ByteAutomaton.DEAD;

    private static final Progress REJECTED = new Progress("rejected", OTHER_PREFIX);
    private static final Progress END = new Progress("end", OTHER_PREFIX);

    private final List<String> marks; // one character for each byte
    private final Optional<ByteAutomaton> excludedStart;
    private final boolean untilMark;
    private final Work work;

    private FreeText(Collection<byte[]> marks, Optional<ByteAutomaton> excludedStart, boolean untilMark, Work work) {
        this.marks = marks.stream()
                .map(mark -> new String(mark, StandardCharsets.ISO_8859_1))
                .toList();
        this.excludedStart = excludedStart;
        this.untilMark = untilMark;
        this.work = work;
    }

    /**
     * Texts that end with the first mark in them.
     *
     * @param excludedStart texts with which they do not start
     */
    public static ByteAutomaton upTo(Collection<byte[]> marks, Optional<ByteAutomaton> excludedStart, Work work) {
        return new FreeText(marks, excludedStart, true, work).build();
    }

    /**
     * Texts without any mark in them.
     *
     * @param excludedStart texts with which they do not start
     */
    public static ByteAutomaton without(Collection<byte[]> marks, Optional<ByteAutomaton> excludedStart, Work work) {
        return new FreeText(marks, excludedStart, false, work).build();
    }

    /**
     * What a state represents.
     *
     * @param end the longest suffix of the text that is a prefix of a mark
     * @param start state in the automaton of the excluded start
     */
    private record Progress(String end, int start) {}

    private ByteAutomaton build() {
        Map<Progress, Integer> states = new HashMap<>();
        List<Progress> reached =
                new ArrayList<>(List.of(new Progress("", excludedStart.isPresent() ? 0 : OTHER_PREFIX)));
        states.put(reached.get(0), 0);
        if (untilMark) {
            reached.add(END);
        }
        List<int[]> rows = new ArrayList<>();
        for (int state = 0; state < reached.size(); state++) {
            int[] row = new int[256];
            for (int b = 0; b < 256; b++) {
                Progress next = next(reached.get(state), (byte) b);
                row[b] = next == REJECTED
                        ? ByteAutomaton.DEAD
                        : next == END
                                ? 1
                                : states.computeIfAbsent(next, fresh -> {
                                    reached.add(fresh);
                                    return reached.size() - 1;
                                });
            }
            rows.add(row);
            work.spend(256L * marks.size());
            work.requireStates(rows.size());
        }
        BitSet accepting = new BitSet();
        accepting.set(untilMark ? 1 : 0, untilMark ? 2 : rows.size());
        return ByteAutomaton.of(rows, accepting, work);
    }

    private Progress next(Progress progress, byte b) {
        if (progress == END) {
            return REJECTED;
        }
        int start = progress.start() == OTHER_PREFIX
                ? OTHER_PREFIX
                : excludedStart.orElseThrow().next(progress.start(), b);
        if (start != OTHER_PREFIX && excludedStart.orElseThrow().isAccepting(start)) {
            return REJECTED;
        }
        String read = progress.end() + (char) (b & 0xff);
        if (marks.stream().anyMatch(read::endsWith)) {
            return untilMark ? END : REJECTED;
        }
        int from = 0;
        while (!isStart(read.substring(from))) {
            from++;
        }
        return new Progress(read.substring(from), start);
    }

    private boolean isStart(String text) {
        return marks.stream().anyMatch(mark -> mark.startsWith(text));
    }
}
