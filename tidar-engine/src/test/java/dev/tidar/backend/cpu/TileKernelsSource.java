package dev.tidar.backend.cpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * Writes the source of {@link TileKernels}: one method for each tile height, each accumulator a local variable of its own.
 * Run {@link #main} in the folder of the module after a change here.
 */
final class TileKernelsSource {

    static final Path FILE = Path.of("src/main/java/dev/tidar/backend/cpu/TileKernels.java");

    private static final int MOST_ROWS = 12;

    private TileKernelsSource() {}

    public static void main(String[] arguments) throws IOException {
        Files.writeString(FILE, render(), StandardCharsets.UTF_8);
    }

    static String render() {
        StringBuilder source = new StringBuilder();
        source.append(
                """
                package dev.tidar.backend.cpu;

                import static dev.tidar.backend.cpu.PackedMatrix.PANEL;
                import static dev.tidar.backend.cpu.VectorKernels.FLOATS;

                import jdk.incubator.vector.FloatVector;

                /**
                 * Tiles of 1 to 12 rows and 32 columns, for {@link VectorKernels}. Generated: change TileKernelsSource among the tests
                 * and run it, a test compares. Twelve times the same method, because each accumulator must be a local variable to live
                 * in a register; hence longer than any other file.
                 */
                final class TileKernels {

                    static final int MOST_ROWS = %d;

                    private TileKernels() {}

                    /** See {@link Kernels#tile}. */
                    static void tile(
                            int rows, float[] sums, int sumsFrom, float[] x, int xFrom, float[] w, int wFrom, int inputs) {
                        for (int c = 0; c < 16; c += FLOATS.length()) {
                            int s = sumsFrom + c;
                            int at = wFrom + c;
                            switch (rows) {
                """
                        .formatted(MOST_ROWS));
        for (int rows = 1; rows <= MOST_ROWS; rows++) {
            source.append("                case %d:\n".formatted(rows));
            source.append("                    rows%d(sums, s, x, xFrom, w, at, inputs);\n".formatted(rows));
            source.append("                    break;\n");
        }
        source.append(
                """
                                default:
                                    throw new IllegalArgumentException("rows must be 1 to 12, but are " + rows);
                            }
                        }
                    }

                    private static FloatVector load(float[] values, int at) {
                        return FloatVector.fromArray(FLOATS, values, at);
                    }

                    private static FloatVector broadcast(float value) {
                        return FloatVector.broadcast(FLOATS, value);
                    }
                """);
        for (int rows = 1; rows <= MOST_ROWS; rows++) {
            source.append(method(rows));
        }
        return source.append("}\n").toString();
    }

    private static String method(int rows) {
        StringJoiner lines = new StringJoiner("\n        ", "        ", "\n");
        for (int r = 0; r < rows; r++) {
            lines.add("FloatVector l%d = load(sums, s%s);".formatted(r, plus(r * 32)));
            lines.add("FloatVector h%d = load(sums, s%s);".formatted(r, plus(r * 32 + 16)));
        }
        lines.add("for (int k = 0; k < inputs; k++) {");
        lines.add("    FloatVector l = load(w, at + k * PANEL);");
        lines.add("    FloatVector h = load(w, at + k * PANEL + 16);");
        for (int r = 0; r < rows; r++) {
            lines.add("    FloatVector x%d = broadcast(x[from + k%s%s]);"
                    .formatted(r, rows == 1 ? "" : " * " + rows, plus(r)));
            lines.add("    l%1$d = l.fma(x%1$d, l%1$d);".formatted(r));
            lines.add("    h%1$d = h.fma(x%1$d, h%1$d);".formatted(r));
        }
        lines.add("}");
        for (int r = 0; r < rows; r++) {
            lines.add("l%d.intoArray(sums, s%s);".formatted(r, plus(r * 32)));
            lines.add("h%d.intoArray(sums, s%s);".formatted(r, plus(r * 32 + 16)));
        }
        return "\n    private static void rows%d(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {\n"
                        .formatted(rows)
                + lines
                + "    }\n";
    }

    private static String plus(int offset) {
        return offset == 0 ? "" : " + " + offset;
    }
}
