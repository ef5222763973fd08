package dev.tidar.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** File formats that people mistake for safetensors or JSON, recognised by their first bytes or by the file name. */
public enum ForeignFormat {
    LFS_POINTER(
            "a pointer to large-file storage: fetch the file itself (git lfs pull) in place of this Git LFS pointer",
            start -> start.startsWith("version https://git-lfs")),
    HTML(
            "an HTML page, so the download failed (an error or a login page); download the file again",
            start -> startsWithMarkup(start)),
    ZIP(
            "a ZIP archive, as PyTorch writes them; convert the model to safetensors",
            start -> start.startsWith("PK\3\4"),
            ".zip"),
    PICKLE(
            "a Python pickle, which can run code when it is read; convert the model to safetensors",
            start -> start.length() > 1 && start.charAt(0) == 0x80 && start.charAt(1) <= 5,
            ".bin",
            ".pt",
            ".pth",
            ".ckpt",
            ".pkl",
            ".pickle"),
    GGUF(
            "a GGUF file; use the safetensors folder of the same model",
            start -> start.startsWith("GGUF"),
            ".gguf",
            ".ggml"),
    GZIP("a gzip archive; unpack it first", start -> start.startsWith("\37\213\10"), ".gz", ".tgz"),
    HDF5("an HDF5 file; convert the model to safetensors", start -> start.startsWith("\211HDF"), ".h5", ".hdf5");

    /** The number of bytes at the start of a file that {@link #detect} looks at. */
    public static final int PREFIX_BYTES = 64;

    private final String description;
    private final Predicate<String> startsLike;
    private final String[] endings;

    ForeignFormat(String description, Predicate<String> startsLike, String... endings) {
        this.description = description;
        this.startsLike = startsLike;
        this.endings = endings;
    }

    /** Returns what the file is and what its reader can do about it, as a phrase that follows "this is". */
    public String description() {
        return description;
    }

    /** Returns the foreign format of a file with these first bytes, if it has one. */
    public static Optional<ForeignFormat> detect(byte[] firstBytes) {
        String start = new String(firstBytes, 0, Math.min(firstBytes.length, PREFIX_BYTES), ISO_8859_1);
        return Arrays.stream(values())
                .filter(format -> format.startsLike.test(start))
                .findFirst();
    }

    /** Returns the foreign format of weights that this file name stands for, if any. */
    public static Optional<ForeignFormat> ofName(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> Arrays.stream(format.endings).anyMatch(name::endsWith))
                .findFirst();
    }

    /** The first of these file names, in alphabetical order, that stands for weights in a foreign format. */
    public static Optional<Named> firstOf(Stream<String> fileNames) {
        return fileNames
                .sorted()
                .flatMap(name -> ofName(name).stream().map(format -> new Named(name, format)))
                .findFirst();
    }

    /** A file name and the format that it stands for. */
    public record Named(String name, ForeignFormat format) {}

    private static boolean startsWithMarkup(String start) {
        String text = start.strip().toLowerCase(Locale.ROOT);
        return text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml");
    }
}
