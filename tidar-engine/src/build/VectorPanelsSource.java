import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * Writes the vector loops over panels, one class for each type of weights; the build runs it before it compiles:
 * {@code java VectorPanelsSource.java <folder>}.
 *
 * <p>An accumulator must be a local variable to live in a register, because the compiler does not keep arrays of vectors
 * there. So a loop with n accumulators needs a method of its own, with the same three lines n times. The types differ
 * only in how they load the weights of columns c ({@code low}) and c + 16 ({@code high}) of a panel.
 *
 * <p>Nine rows are the maximum: with ten of bf16 or eleven of float, C2 (JDK 17 and 25) boxes the vectors, ten times
 * slower.
 */
enum VectorPanelsSource {
    F32("VectorF32", "float", 32) {
        @Override
        String loads(String indent, String name, String at) {
            return indent + "FloatVector low%1$s = floats(w, %2$s);\n".formatted(name, at)
                    + indent + "FloatVector high%1$s = floats(w, %2$s + 16);\n".formatted(name, at);
        }
    },
    BF16("VectorBf16", "int", 16) {
        @Override
        String loads(String indent, String name, String at) {
            return indent + "IntVector pairs%1$s = pairs(w, %2$s);\n".formatted(name, at)
                    + indent + "FloatVector low%1$s = low(pairs%1$s);\n".formatted(name)
                    + indent + "FloatVector high%1$s = high(pairs%1$s);\n".formatted(name);
        }
    },
    INT8("VectorInt8", "byte", 32) {
        @Override
        String loads(String indent, String name, String at) {
            return indent + "FloatVector low%1$s = int8(w, %2$s);\n".formatted(name, at)
                    + indent + "FloatVector high%1$s = int8(w, %2$s + 16);\n".formatted(name, at);
        }
    };

    private static final int MAX_ROWS = 9;
    private static final int PANELS = 4;
    private static final int PANEL = 32;

    private final String className;
    private final String element;
    private final int elementsPerInput;

    VectorPanelsSource(String className, String element, int elementsPerInput) {
        this.className = className;
        this.element = element;
        this.elementsPerInput = elementsPerInput;
    }

    /** Lines that load {@code low<name>} and {@code high<name>} from an index of the weights. */
    abstract String loads(String indent, String name, String at);

    /** @param arguments the folder of generated sources */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0], "dev", "tidar", "backend", "cpu");
        Files.createDirectories(folder);
        for (VectorPanelsSource source : values()) {
            Path file = folder.resolve(source.className + ".java");
            String text = source.render();
            // A file that is left alone keeps its time, and the compiler its classes.
            if (!Files.exists(file) || !Files.readString(file).equals(text)) {
                Files.writeString(file, text);
            }
        }
    }

    private String render() {
        StringBuilder source = new StringBuilder("""
                package dev.tidar.backend.cpu;

                import static dev.tidar.backend.cpu.VectorKernels.*;

                import javax.annotation.processing.Generated;
                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.IntVector;

                /** The loops of {@link VectorKernels} over panels of %1$s. Written by src/build/VectorPanelsSource.java. */
                @Generated("VectorPanelsSource")
                final class %2$s {

                    private %2$s() {}

                """.formatted(this, className));
        source.append(fourPanels()).append(tile());
        for (int rows = 1; rows <= MAX_ROWS; rows++) {
            source.append(rows(rows));
        }
        return source.append("}\n").toString();
    }

    /** One row: what it lacks in rows it makes up in panels, which are eight chains side by side. */
    private String fourPanels() {
        StringBuilder body = new StringBuilder("""
                    /** See {@link KernelSet#fourPanels(float[], %1$s[], int, int, float[], int)}. */
                    static void fourPanels(float[] sums, %1$s[] w, int wFrom, int panelElements, float[] x, int inputs) {
                        for (int c = 0; c < 16; c += LANES) {
                """.formatted(element));
        for (int p = 0; p < PANELS; p++) {
            body.append("            FloatVector sumLow%d = FloatVector.zero(FLOATS);\n".formatted(p));
            body.append("            FloatVector sumHigh%1$d = sumLow%1$d;\n".formatted(p));
        }
        body.append("            for (int k = 0; k < inputs; k++) {\n");
        body.append("                FloatVector xk = constant(x[k]);\n");
        body.append("                int at = wFrom + k * %d + c;\n".formatted(elementsPerInput));
        for (int p = 0; p < PANELS; p++) {
            String at = p == 0 ? "at" : p == 1 ? "at + panelElements" : "at + %d * panelElements".formatted(p);
            body.append(loads("                ", String.valueOf(p), at));
            body.append("                sumLow%1$d = low%1$d.fma(xk, sumLow%1$d);\n".formatted(p));
            body.append("                sumHigh%1$d = high%1$d.fma(xk, sumHigh%1$d);\n".formatted(p));
        }
        body.append("            }\n");
        for (int p = 0; p < PANELS; p++) {
            body.append("            sumLow%d.intoArray(sums, c%s);\n".formatted(p, plus(p * PANEL)));
            body.append("            sumHigh%d.intoArray(sums, c%s);\n".formatted(p, plus(p * PANEL + 16)));
        }
        return body.append("        }\n    }\n").toString();
    }

    private String tile() {
        StringBuilder body = new StringBuilder("""

                    /** See {@link KernelSet#tile(int, float[], int, float[], int, %1$s[], int, int)}. */
                    static void tile(
                            int rows, float[] sums, int sumsFrom, float[] x, int xFrom, %1$s[] w, int wFrom, int inputs) {
                        for (int c = 0; c < 16; c += LANES) {
                            switch (rows) {
                """.formatted(element));
        for (int rows = 1; rows <= MAX_ROWS; rows++) {
            body.append("                case %1$d -> rows%1$d(sums, sumsFrom + c, x, xFrom, w, wFrom + c, inputs);\n"
                    .formatted(rows));
        }
        body.append("""
                                default -> throw new IllegalArgumentException("rows must be 1 to %d, but are " + rows);
                            }
                        }
                    }
                """.formatted(MAX_ROWS));
        return body.toString();
    }

    /** A tile of this number of rows: two accumulators a row, for columns c and c + 16. */
    private String rows(int rows) {
        StringJoiner lines = new StringJoiner("\n        ", "        ", "\n");
        for (int r = 0; r < rows; r++) {
            lines.add("FloatVector sumLow%d = floats(sums, s%s);".formatted(r, plus(r * PANEL)));
            lines.add("FloatVector sumHigh%d = floats(sums, s%s);".formatted(r, plus(r * PANEL + 16)));
        }
        lines.add("for (int k = 0; k < inputs; k++) {");
        lines.add("    int at = from + k * %d;".formatted(elementsPerInput));
        lines.add("    " + loads("            ", "", "at").strip());
        for (int r = 0; r < rows; r++) {
            lines.add("    FloatVector x%d = constant(x[xFrom + k%s%s]);"
                    .formatted(r, rows == 1 ? "" : " * " + rows, plus(r)));
            lines.add("    sumLow%1$d = low.fma(x%1$d, sumLow%1$d);".formatted(r));
            lines.add("    sumHigh%1$d = high.fma(x%1$d, sumHigh%1$d);".formatted(r));
        }
        lines.add("}");
        for (int r = 0; r < rows; r++) {
            lines.add("sumLow%d.intoArray(sums, s%s);".formatted(r, plus(r * PANEL)));
            lines.add("sumHigh%d.intoArray(sums, s%s);".formatted(r, plus(r * PANEL + 16)));
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
