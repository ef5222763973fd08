package dev.tidar.backend.cpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * Writes the tile kernels, one class for each packed dtype: one method for each tile height, each accumulator a local
 * variable of its own. Run {@link #main} in the folder of the module after a change here.
 *
 * <p>Nine rows are the most: with ten of bf16 or eleven of float, C2 (JDK 17 and 25) boxes the vectors, ten times
 * slower.
 */
enum TileKernelsSource {
    FLOAT_TILES("FloatTiles", "F32", "float", 32, "floats(w, at)", "floats(w, at + 16)"),
    BF16_TILES("Bf16Tiles", "BF16", "int", 16, "low(pairs)", "high(pairs)"),
    INT8_TILES("Int8Tiles", "I8", "byte", 32, "int8(w, at)", "int8(w, at + 16)");

    private static final int MAX_ROWS = 9;

    private final String className;
    private final String dtype;
    private final String element;
    private final int elementsPerInput;
    private final String low;
    private final String high;

    TileKernelsSource(String className, String dtype, String element, int elementsPerInput, String low, String high) {
        this.className = className;
        this.dtype = dtype;
        this.element = element;
        this.elementsPerInput = elementsPerInput;
        this.low = low;
        this.high = high;
    }

    public static void main(String[] arguments) throws IOException {
        for (TileKernelsSource source : values()) {
            Files.writeString(source.file(), source.render(), StandardCharsets.UTF_8);
        }
    }

    Path file() {
        return Path.of("src/main/java/dev/tidar/backend/cpu", className + ".java");
    }

    String render() {
        StringBuilder source = new StringBuilder("""
                package dev.tidar.backend.cpu;

                %s
                import jdk.incubator.vector.FloatVector;
                %s
                /**
                 * Tiles of 1 to %d rows and 32 columns of %s panels, for {@link VectorKernels}. Generated: change
                 * TileKernelsSource among the tests and run it, a test compares. The same method once for each height, because
                 * an accumulator must be a local variable to live in a register; hence longer than other files.
                 */
                final class %s {

                    private %s() {}

                    /** {@code sums[rows][32] += x[inputs][rows] · w[inputs][32]}. */
                    static void tile(
                            int rows, float[] sums, int sumsFrom, float[] x, int xFrom, %s[] w, int wFrom, int inputs) {
                        for (int c = 0; c < 16; c += VectorKernels.LANES) {
                            int s = sumsFrom + c;
                            int from = wFrom + c;
                            switch (rows) {
                """.formatted(
                        imports(),
                        pairs() ? "import jdk.incubator.vector.IntVector;\n" : "",
                        MAX_ROWS,
                        dtype,
                        className,
                        className,
                        element));
        for (int rows = 1; rows <= MAX_ROWS; rows++) {
            source.append("                case %d:\n".formatted(rows));
            source.append("                    rows%d(sums, s, x, xFrom, w, from, inputs);\n".formatted(rows));
            source.append("                    break;\n");
        }
        source.append("""
                                default:
                                    throw new IllegalArgumentException("rows must be 1 to %d, but are " + rows);
                            }
                        }
                    }
                """.formatted(MAX_ROWS));
        for (int rows = 1; rows <= MAX_ROWS; rows++) {
            source.append(method(rows));
        }
        return source.append("}\n").toString();
    }

    private boolean pairs() {
        return this == BF16_TILES;
    }

    private String imports() {
        String prefix = "import static dev.tidar.backend.cpu.VectorKernels.";
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        lines.add(prefix + "constant;");
        lines.add(prefix + "floats;");
        if (pairs()) {
            lines.add(prefix + "high;");
            lines.add(prefix + "low;");
        } else if (this == INT8_TILES) {
            lines.add(prefix + "int8;");
        }
        return lines.toString();
    }

    private String method(int rows) {
        StringJoiner lines = new StringJoiner("\n        ", "        ", "\n");
        for (int r = 0; r < rows; r++) {
            lines.add("FloatVector l%d = floats(sums, s%s);".formatted(r, plus(r * 32)));
            lines.add("FloatVector h%d = floats(sums, s%s);".formatted(r, plus(r * 32 + 16)));
        }
        lines.add("for (int k = 0; k < inputs; k++) {");
        lines.add("    int at = from + k * %d;".formatted(elementsPerInput));
        if (pairs()) {
            lines.add("    IntVector pairs = IntVector.fromArray(VectorKernels.INTS, w, at);");
        }
        lines.add("    FloatVector l = %s;".formatted(low));
        lines.add("    FloatVector h = %s;".formatted(high));
        for (int r = 0; r < rows; r++) {
            lines.add("    FloatVector x%d = constant(x[xFrom + k%s%s]);"
                    .formatted(r, rows == 1 ? "" : " * " + rows, plus(r)));
            lines.add("    l%1$d = l.fma(x%1$d, l%1$d);".formatted(r));
            lines.add("    h%1$d = h.fma(x%1$d, h%1$d);".formatted(r));
        }
        lines.add("}");
        for (int r = 0; r < rows; r++) {
            lines.add("l%d.intoArray(sums, s%s);".formatted(r, plus(r * 32)));
            lines.add("h%d.intoArray(sums, s%s);".formatted(r, plus(r * 32 + 16)));
        }
        return """

                    private static void rows%d(
                            float[] sums, int s, float[] x, int xFrom, %s[] w, int from, int inputs) {
                %s    }
                """.formatted(rows, element, lines);
    }

    private static String plus(int offset) {
        return offset == 0 ? "" : " + " + offset;
    }
}
