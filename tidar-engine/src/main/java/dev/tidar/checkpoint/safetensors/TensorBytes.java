package dev.tidar.checkpoint.safetensors;

import java.nio.ByteBuffer;
import java.util.List;

/** The bytes of a mapped tensor, whatever they mean. They are read in order, a mebibyte at a time. */
final class TensorBytes {

    private final SafetensorsFile file;
    private final List<ByteBuffer> windows;
    private final int pieces;

    TensorBytes(SafetensorsFile file, TensorEntry entry) {
        this.file = file;
        this.windows = file.map(entry, SafetensorsFile.CHECKED_BYTES);
        this.pieces =
                Math.toIntExact((entry.bytes() + SafetensorsFile.CHECKED_BYTES - 1) / SafetensorsFile.CHECKED_BYTES);
    }

    boolean areZero() {
        boolean zero = true;
        for (int i = 0; i < pieces && zero; i++) {
            zero = isZero(piece(i));
        }
        file.requireUnchanged();
        return zero;
    }

    private static boolean isZero(ByteBuffer piece) {
        while (piece.hasRemaining()) {
            if (piece.get() != 0) {
                return false;
            }
        }
        return true;
    }

    /** @param other as many bytes as these */
    boolean areThoseOf(TensorBytes other) {
        boolean same = true;
        for (int i = 0; i < pieces && same; i++) {
            same = piece(i).mismatch(other.piece(i)) < 0;
        }
        file.requireUnchanged();
        other.file.requireUnchanged();
        return same;
    }

    private ByteBuffer piece(int index) {
        file.requireUnchanged();
        int perWindow = SafetensorsFile.rowsPerWindow(SafetensorsFile.CHECKED_BYTES);
        ByteBuffer window = windows.get(index / perWindow);
        int first = index % perWindow * SafetensorsFile.CHECKED_BYTES;
        return window.slice(first, Math.min(SafetensorsFile.CHECKED_BYTES, window.limit() - first));
    }
}
