package dev.tidar.checkpoint.safetensors;

import dev.tidar.file.ModelFile;
import dev.tidar.file.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The validated header of a safetensors file: every declared range lies in the file, the ranges fill the data section
 * without a gap or an overlap, and their sizes agree with shape and type. No data can therefore hide between tensors or
 * after the last one. A tensor may begin at any byte: many published files have headers of odd length.
 *
 * <p>The rules come from the description of the safetensors format and from the checks of its reference reader in Rust.
 */
record SafetensorsHeader(Map<String, TensorEntry> tensors) {

    /** Maximum length of a header in bytes; the limit of the reference reader. */
    static final int MAX_BYTES = 100_000_000;

    static final int MAX_TENSORS = 200_000;

    /** Number of bytes in the length field that precedes the header. */
    static final int LENGTH_BYTES = 8;

    SafetensorsHeader {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * Parses and checks a header.
     *
     * @param json bytes of the header, without its length
     * @param fileBytes length of the whole file
     */
    static SafetensorsHeader parse(Path file, byte[] json, long fileBytes) {
        ModelFile.requireUtf8(file, json);
        Map<String, TensorEntry> tensors = new HeaderParser(file, json).parse();
        requireContiguous(file, tensors, LENGTH_BYTES + (long) json.length, fileBytes);
        return new SafetensorsHeader(tensors);
    }

    private static void requireContiguous(Path file, Map<String, TensorEntry> tensors, long dataStart, long fileBytes) {
        List<TensorEntry> ordered = new ArrayList<>(tensors.values());
        ordered.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
        long position = dataStart;
        String before = "the header";
        for (TensorEntry tensor : ordered) {
            if (tensor.end() > fileBytes) {
                throw Problem.corrupt(
                        file,
                        "tensor %s ends at byte %d, but the file has %d bytes; the download was cut short",
                        tensor.name(),
                        tensor.end(),
                        fileBytes);
            }
            if (tensor.begin() < position) {
                throw Problem.corrupt(file, "tensors %s and %s overlap", before, tensor.name());
            }
            if (tensor.begin() > position) {
                throw Problem.corrupt(
                        file,
                        "%d bytes between %s and %s belong to no tensor",
                        tensor.begin() - position,
                        before,
                        tensor.name());
            }
            position = tensor.end();
            before = tensor.name();
        }
        if (position != fileBytes) {
            throw Problem.corrupt(
                    file,
                    "%d bytes follow the last tensor %s: the file has %d bytes, the header accounts for %d",
                    fileBytes - position,
                    before,
                    fileBytes,
                    position);
        }
    }
}
