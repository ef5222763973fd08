package dev.tidar.text.answer;

import dev.tidar.api.Answer;
import dev.tidar.api.ToolCall;
import java.util.ArrayList;
import java.util.List;

/** Collects the parts of an answer, and joins neighbouring pieces of the same kind. Confined to one thread. */
final class Parts {

    private final List<Answer.Part> parts = new ArrayList<>();
    private final StringBuilder piece = new StringBuilder();
    private boolean pieceIsThought;

    void add(CharSequence text, boolean isThought) {
        if (isThought != pieceIsThought) {
            endPiece();
            pieceIsThought = isThought;
        }
        piece.append(text);
    }

    void add(char character, boolean isThought) {
        if (isThought != pieceIsThought) {
            endPiece();
            pieceIsThought = isThought;
        }
        piece.append(character);
    }

    void add(ToolCall call) {
        endPiece();
        parts.add(new Answer.Call(call));
    }

    List<Answer.Part> take() {
        endPiece();
        List<Answer.Part> taken = List.copyOf(parts);
        parts.clear();
        return taken;
    }

    private void endPiece() {
        if (!piece.isEmpty()) {
            String text = piece.toString();
            parts.add(pieceIsThought ? new Answer.Reasoning(text) : new Answer.Text(text));
            piece.setLength(0);
        }
    }
}
