package dev.tidar.checkpoint.quantized;

/** Unsigned integers of a few bits in words of 32. */
enum WordPacking {
    /** Integers of 4 bits in their order, the first in the lowest bits. */
    FOUR(4),
    /** Integers of 8 bits in their order. */
    EIGHT(8),
    /** Integers of 4 bits in the order of AWQ's kernels: the even ones of a word, then the odd ones. */
    INTERLEAVED_FOUR(4);

    private final int bits;
    private final int perWord;

    WordPacking(int bits) {
        this.bits = bits;
        this.perWord = Integer.SIZE / bits;
    }

    /** Integers of 4 or 8 bits in their order. */
    static WordPacking inOrder(int bits) {
        return bits == FOUR.bits ? FOUR : EIGHT;
    }

    int bits() {
        return bits;
    }

    int perWord() {
        return perWord;
    }

    int largest() {
        return (1 << bits) - 1;
    }

    /** Half the range of an integer: what is added to signed integers, and the zero point of a symmetric model. */
    int half() {
        return 1 << (bits - 1);
    }

    /** The number of words that hold so many integers. */
    long words(int integers) {
        return (integers + perWord - 1L) / perWord;
    }

    /** Takes an integer out of the word that holds it. */
    int integer(int word, int index) {
        return word >>> shift(index) & largest();
    }

    /** The place of an integer in its word: the number of bits below it. */
    int shift(int index) {
        int at = index % perWord;
        int place = this == INTERLEAVED_FOUR ? at % 2 * (perWord / 2) + at / 2 : at;
        return place * bits;
    }
}
