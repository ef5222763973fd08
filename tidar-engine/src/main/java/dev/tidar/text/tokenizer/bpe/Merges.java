package dev.tidar.text.tokenizer.bpe;

import dev.tidar.text.tokenizer.part.Part;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The merges of a byte-pair encoding: which two tokens become which one, and the rank of each merge. Immutable once it
 * is read.
 */
final class Merges {

    static final int NONE = LongTable.ABSENT;

    private final LongTable rankOfPair = new LongTable();
    private final LongTable joined = new LongTable();
    private int[] resultOfRank = new int[1024];
    private int count;

    private Merges() {}

    /**
     * Reads the merges whose parts and result are all in a vocabulary.
     *
     * @param model the part {@code model}
     * @param ids the id of each token that merges may make, by its spelling
     * @param withheld tokens that no merge may use or make; merges that do are left out
     */
    static Merges read(Part model, Map<String, Integer> ids, Set<String> withheld) {
        Merges merges = new Merges();
        Part list = model.at("merges");
        if (!list.node().isArray()) {
            throw list.corrupt("must be a list, but is %s", list.node());
        }
        for (int i = 0; i < list.node().size(); i++) {
            String[] pair = pair(list, i);
            String result = String.join("", pair);
            if (pair.length > 0 && !withheld.contains(result) && Stream.of(pair).noneMatch(withheld::contains)) {
                merges.add(id(list, i, ids, pair[0]), id(list, i, ids, pair[1]), id(list, i, ids, result));
                merges.join(result);
            }
        }
        return merges;
    }

    /** Returns the two parts of a merge; none for the version line of an old file. */
    private static String[] pair(Part list, int index) {
        JsonNode merge = list.node().get(index);
        if (merge.size() == 2 && merge.get(0).isString() && merge.get(1).isString()) {
            return new String[] {merge.get(0).asString(), merge.get(1).asString()};
        }
        String line = merge.asString("");
        if (line.startsWith("#version")) {
            return new String[0];
        }
        String[] pair = line.split(" ", -1);
        if (pair.length != 2) {
            throw list.element(index).corrupt("must be two tokens, but is %s", merge);
        }
        return pair;
    }

    private static int id(Part list, int index, Map<String, Integer> ids, String token) {
        Integer id = ids.get(token);
        if (id == null) {
            throw list.element(index).corrupt("must name tokens of the vocabulary, but names %s", token);
        }
        return id;
    }

    private void add(int left, int right, int result) {
        if (count == resultOfRank.length) {
            resultOfRank = Arrays.copyOf(resultOfRank, 2 * count);
        }
        resultOfRank[count] = result;
        rankOfPair.put(LongTable.pair(left, right), count++);
    }

    private void join(String result) {
        int left = result.isEmpty() ? 0 : result.codePointAt(0);
        for (int at = Character.charCount(left); at < result.length(); ) {
            int right = result.codePointAt(at);
            joined.put(LongTable.pair(left, right), 1);
            left = right;
            at += Character.charCount(right);
        }
    }

    /** Returns the rank of the merge of two tokens, the lowest being merged first; {@link #NONE} if there is none. */
    int rank(int left, int right) {
        return rankOfPair.get(LongTable.pair(left, right));
    }

    /** Returns the token that the merge of a rank makes. */
    int result(int rank) {
        return resultOfRank[rank];
    }

    /** Whether some merge makes a token in which the second character follows the first. */
    boolean join(int left, int right) {
        return joined.contains(LongTable.pair(left, right));
    }
}
