package dev.tidar.text.tokenizer;

import dev.tidar.text.tokenizer.MarkerScanner.Marker;
import dev.tidar.text.tokenizer.PromptText.Stretch;
import dev.tidar.text.tokenizer.bpe.IdBuffer;
import dev.tidar.text.tokenizer.normalizer.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The encoding of one prompt: markers in the text as it is, then, between these, markers in the normalized text, and
 * the text between all of them. Confined to one thread.
 */
final class PromptEncoding {

    private final Normalizer normalizer;
    private final MarkerScanner verbatim;
    private final MarkerScanner normalized;
    private final PromptText prompt;
    private final IdBuffer encoded = new IdBuffer();
    private final TextEncoder.Pieces pieces;

    PromptEncoding(TextEncoder encoder, MarkerScanner verbatim, MarkerScanner normalized, PromptText prompt) {
        this.normalizer = encoder.normalizer();
        this.verbatim = verbatim;
        this.normalized = normalized;
        this.prompt = prompt;
        this.pieces = encoder.begin(encoded);
    }

    int[] ids() {
        int start = 0;
        for (Marker marker : verbatim.scan(prompt)) {
            addText(start, marker.start());
            encoded.add(marker.id());
            start = marker.end();
        }
        addText(start, prompt.text().length());
        return encoded.toArray();
    }

    private void addText(int start, int end) {
        if (start == end) {
            return;
        }
        if (normalizer == Normalizer.NONE && normalized.isEmpty()) {
            pieces.add(prompt.text(), start, end, start == 0);
            return;
        }
        String text = prompt.text().substring(start, end);
        if (normalized.isEmpty()) {
            addPiece(normalizer.apply(text, new int[0]), 0, Integer.MAX_VALUE, start == 0);
        } else {
            addNormalized(normalized(text, start, end), start == 0);
        }
    }

    private void addNormalized(PromptText text, boolean opens) {
        int start = 0;
        for (Marker marker : normalized.scan(text)) {
            addPiece(text.text(), start, marker.start(), opens && start == 0);
            encoded.add(marker.id());
            start = marker.end();
        }
        addPiece(text.text(), start, Integer.MAX_VALUE, opens && start == 0);
    }

    private void addPiece(String text, int start, int end, boolean opens) {
        int last = Math.min(end, text.length());
        if (start < last) {
            pieces.add(text, start, last, opens);
        }
    }

    /** Returns a part of the prompt, normalized, with the user text in it. */
    private PromptText normalized(String text, int start, int end) {
        List<Stretch> within = prompt.userText().stream()
                .filter(stretch -> stretch.end() > start && stretch.start() < end)
                .toList();
        int[] borders = within.stream()
                .flatMapToInt(stretch ->
                        IntStream.of(Math.max(stretch.start(), start) - start, Math.min(stretch.end(), end) - start))
                .toArray();
        String made = normalizer.apply(text, borders);
        List<Stretch> userText = new ArrayList<>(within.size());
        for (int i = 0; i < borders.length; i += 2) {
            userText.add(new Stretch(borders[i], borders[i + 1]));
        }
        return new PromptText(made, userText);
    }
}
