package dev.tidar.backend.cpu;

/**
 * Why a kernel set cannot be taken.
 *
 * @param loss what it costs to do without the set, as the middle of a sentence
 * @param reason the reason, as the end of that sentence
 * @param remedy what would end it, in one line
 * @param advice where that is set; lines that list places are indented
 */
record Refusal(String loss, String reason, String remedy, String advice) {

    /** All of it but the remedy, whose details are the advice. */
    String message() {
        return "%s: %s. %s".formatted(loss, reason, advice);
    }
}
