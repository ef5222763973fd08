package dev.tidar.backend.cpu;

/**
 * Why a kernel set cannot be taken.
 *
 * @param reason a sentence without its full stop
 * @param remedy what would end it, in one line
 * @param advice where the remedy is set; lines that list places are indented
 */
record Rejection(String reason, String remedy, String advice) {

    /** The reason and the advice, which has the details of the remedy. */
    String message() {
        return "%s. %s".formatted(reason, advice);
    }
}
