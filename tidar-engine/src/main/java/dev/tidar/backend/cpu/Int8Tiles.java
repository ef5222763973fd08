package dev.tidar.backend.cpu;

import static dev.tidar.backend.cpu.VectorKernels.constant;
import static dev.tidar.backend.cpu.VectorKernels.floats;
import static dev.tidar.backend.cpu.VectorKernels.int8;

import jdk.incubator.vector.FloatVector;

/**
 * Tiles of 1 to 9 rows and 32 columns of I8 panels, for {@link VectorKernels}. Generated: change
 * TileKernelsSource among the tests and run it, a test compares. The same method once for each height, because
 * an accumulator must be a local variable to live in a register; hence longer than other files.
 */
final class Int8Tiles {

    private Int8Tiles() {}

    /** {@code sums[rows][32] += x[inputs][rows] · w[inputs][32]}. */
    static void tile(
            int rows, float[] sums, int sumsFrom, float[] x, int xFrom, byte[] w, int wFrom, int inputs) {
        for (int c = 0; c < 16; c += VectorKernels.LANES) {
            int s = sumsFrom + c;
            int from = wFrom + c;
            switch (rows) {
                case 1:
                    rows1(sums, s, x, xFrom, w, from, inputs);
                    break;
                case 2:
                    rows2(sums, s, x, xFrom, w, from, inputs);
                    break;
                case 3:
                    rows3(sums, s, x, xFrom, w, from, inputs);
                    break;
                case 4:
                    rows4(sums, s, x, xFrom, w, from, inputs);
                    break;
                case 5:
                    rows5(sums, s, x, xFrom, w, from, inputs);
                    break;
                case 6:
                    rows6(sums, s, x, xFrom, w, from, inputs);
                    break;
                case 7:
                    rows7(sums, s, x, xFrom, w, from, inputs);
                    break;
                case 8:
                    rows8(sums, s, x, xFrom, w, from, inputs);
                    break;
                case 9:
                    rows9(sums, s, x, xFrom, w, from, inputs);
                    break;
                default:
                    throw new IllegalArgumentException("rows must be 1 to 9, but are " + rows);
            }
        }
    }

    private static void rows1(
            float[] sums, int s, float[] x, int xFrom, byte[] w, int from, int inputs) {
        FloatVector l0 = floats(sums, s);
        FloatVector h0 = floats(sums, s + 16);
        for (int k = 0; k < inputs; k++) {
            int at = from + k * 32;
            FloatVector l = int8(w, at);
            FloatVector h = int8(w, at + 16);
            FloatVector x0 = constant(x[xFrom + k]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
    }

    private static void rows2(
            float[] sums, int s, float[] x, int xFrom, byte[] w, int from, int inputs) {
        FloatVector l0 = floats(sums, s);
        FloatVector h0 = floats(sums, s + 16);
        FloatVector l1 = floats(sums, s + 32);
        FloatVector h1 = floats(sums, s + 48);
        for (int k = 0; k < inputs; k++) {
            int at = from + k * 32;
            FloatVector l = int8(w, at);
            FloatVector h = int8(w, at + 16);
            FloatVector x0 = constant(x[xFrom + k * 2]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = constant(x[xFrom + k * 2 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
        l1.intoArray(sums, s + 32);
        h1.intoArray(sums, s + 48);
    }

    private static void rows3(
            float[] sums, int s, float[] x, int xFrom, byte[] w, int from, int inputs) {
        FloatVector l0 = floats(sums, s);
        FloatVector h0 = floats(sums, s + 16);
        FloatVector l1 = floats(sums, s + 32);
        FloatVector h1 = floats(sums, s + 48);
        FloatVector l2 = floats(sums, s + 64);
        FloatVector h2 = floats(sums, s + 80);
        for (int k = 0; k < inputs; k++) {
            int at = from + k * 32;
            FloatVector l = int8(w, at);
            FloatVector h = int8(w, at + 16);
            FloatVector x0 = constant(x[xFrom + k * 3]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = constant(x[xFrom + k * 3 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = constant(x[xFrom + k * 3 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
        l1.intoArray(sums, s + 32);
        h1.intoArray(sums, s + 48);
        l2.intoArray(sums, s + 64);
        h2.intoArray(sums, s + 80);
    }

    private static void rows4(
            float[] sums, int s, float[] x, int xFrom, byte[] w, int from, int inputs) {
        FloatVector l0 = floats(sums, s);
        FloatVector h0 = floats(sums, s + 16);
        FloatVector l1 = floats(sums, s + 32);
        FloatVector h1 = floats(sums, s + 48);
        FloatVector l2 = floats(sums, s + 64);
        FloatVector h2 = floats(sums, s + 80);
        FloatVector l3 = floats(sums, s + 96);
        FloatVector h3 = floats(sums, s + 112);
        for (int k = 0; k < inputs; k++) {
            int at = from + k * 32;
            FloatVector l = int8(w, at);
            FloatVector h = int8(w, at + 16);
            FloatVector x0 = constant(x[xFrom + k * 4]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = constant(x[xFrom + k * 4 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = constant(x[xFrom + k * 4 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = constant(x[xFrom + k * 4 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
        l1.intoArray(sums, s + 32);
        h1.intoArray(sums, s + 48);
        l2.intoArray(sums, s + 64);
        h2.intoArray(sums, s + 80);
        l3.intoArray(sums, s + 96);
        h3.intoArray(sums, s + 112);
    }

    private static void rows5(
            float[] sums, int s, float[] x, int xFrom, byte[] w, int from, int inputs) {
        FloatVector l0 = floats(sums, s);
        FloatVector h0 = floats(sums, s + 16);
        FloatVector l1 = floats(sums, s + 32);
        FloatVector h1 = floats(sums, s + 48);
        FloatVector l2 = floats(sums, s + 64);
        FloatVector h2 = floats(sums, s + 80);
        FloatVector l3 = floats(sums, s + 96);
        FloatVector h3 = floats(sums, s + 112);
        FloatVector l4 = floats(sums, s + 128);
        FloatVector h4 = floats(sums, s + 144);
        for (int k = 0; k < inputs; k++) {
            int at = from + k * 32;
            FloatVector l = int8(w, at);
            FloatVector h = int8(w, at + 16);
            FloatVector x0 = constant(x[xFrom + k * 5]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = constant(x[xFrom + k * 5 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = constant(x[xFrom + k * 5 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = constant(x[xFrom + k * 5 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = constant(x[xFrom + k * 5 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
        l1.intoArray(sums, s + 32);
        h1.intoArray(sums, s + 48);
        l2.intoArray(sums, s + 64);
        h2.intoArray(sums, s + 80);
        l3.intoArray(sums, s + 96);
        h3.intoArray(sums, s + 112);
        l4.intoArray(sums, s + 128);
        h4.intoArray(sums, s + 144);
    }

    private static void rows6(
            float[] sums, int s, float[] x, int xFrom, byte[] w, int from, int inputs) {
        FloatVector l0 = floats(sums, s);
        FloatVector h0 = floats(sums, s + 16);
        FloatVector l1 = floats(sums, s + 32);
        FloatVector h1 = floats(sums, s + 48);
        FloatVector l2 = floats(sums, s + 64);
        FloatVector h2 = floats(sums, s + 80);
        FloatVector l3 = floats(sums, s + 96);
        FloatVector h3 = floats(sums, s + 112);
        FloatVector l4 = floats(sums, s + 128);
        FloatVector h4 = floats(sums, s + 144);
        FloatVector l5 = floats(sums, s + 160);
        FloatVector h5 = floats(sums, s + 176);
        for (int k = 0; k < inputs; k++) {
            int at = from + k * 32;
            FloatVector l = int8(w, at);
            FloatVector h = int8(w, at + 16);
            FloatVector x0 = constant(x[xFrom + k * 6]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = constant(x[xFrom + k * 6 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = constant(x[xFrom + k * 6 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = constant(x[xFrom + k * 6 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = constant(x[xFrom + k * 6 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = constant(x[xFrom + k * 6 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
        l1.intoArray(sums, s + 32);
        h1.intoArray(sums, s + 48);
        l2.intoArray(sums, s + 64);
        h2.intoArray(sums, s + 80);
        l3.intoArray(sums, s + 96);
        h3.intoArray(sums, s + 112);
        l4.intoArray(sums, s + 128);
        h4.intoArray(sums, s + 144);
        l5.intoArray(sums, s + 160);
        h5.intoArray(sums, s + 176);
    }

    private static void rows7(
            float[] sums, int s, float[] x, int xFrom, byte[] w, int from, int inputs) {
        FloatVector l0 = floats(sums, s);
        FloatVector h0 = floats(sums, s + 16);
        FloatVector l1 = floats(sums, s + 32);
        FloatVector h1 = floats(sums, s + 48);
        FloatVector l2 = floats(sums, s + 64);
        FloatVector h2 = floats(sums, s + 80);
        FloatVector l3 = floats(sums, s + 96);
        FloatVector h3 = floats(sums, s + 112);
        FloatVector l4 = floats(sums, s + 128);
        FloatVector h4 = floats(sums, s + 144);
        FloatVector l5 = floats(sums, s + 160);
        FloatVector h5 = floats(sums, s + 176);
        FloatVector l6 = floats(sums, s + 192);
        FloatVector h6 = floats(sums, s + 208);
        for (int k = 0; k < inputs; k++) {
            int at = from + k * 32;
            FloatVector l = int8(w, at);
            FloatVector h = int8(w, at + 16);
            FloatVector x0 = constant(x[xFrom + k * 7]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = constant(x[xFrom + k * 7 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = constant(x[xFrom + k * 7 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = constant(x[xFrom + k * 7 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = constant(x[xFrom + k * 7 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = constant(x[xFrom + k * 7 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
            FloatVector x6 = constant(x[xFrom + k * 7 + 6]);
            l6 = l.fma(x6, l6);
            h6 = h.fma(x6, h6);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
        l1.intoArray(sums, s + 32);
        h1.intoArray(sums, s + 48);
        l2.intoArray(sums, s + 64);
        h2.intoArray(sums, s + 80);
        l3.intoArray(sums, s + 96);
        h3.intoArray(sums, s + 112);
        l4.intoArray(sums, s + 128);
        h4.intoArray(sums, s + 144);
        l5.intoArray(sums, s + 160);
        h5.intoArray(sums, s + 176);
        l6.intoArray(sums, s + 192);
        h6.intoArray(sums, s + 208);
    }

    private static void rows8(
            float[] sums, int s, float[] x, int xFrom, byte[] w, int from, int inputs) {
        FloatVector l0 = floats(sums, s);
        FloatVector h0 = floats(sums, s + 16);
        FloatVector l1 = floats(sums, s + 32);
        FloatVector h1 = floats(sums, s + 48);
        FloatVector l2 = floats(sums, s + 64);
        FloatVector h2 = floats(sums, s + 80);
        FloatVector l3 = floats(sums, s + 96);
        FloatVector h3 = floats(sums, s + 112);
        FloatVector l4 = floats(sums, s + 128);
        FloatVector h4 = floats(sums, s + 144);
        FloatVector l5 = floats(sums, s + 160);
        FloatVector h5 = floats(sums, s + 176);
        FloatVector l6 = floats(sums, s + 192);
        FloatVector h6 = floats(sums, s + 208);
        FloatVector l7 = floats(sums, s + 224);
        FloatVector h7 = floats(sums, s + 240);
        for (int k = 0; k < inputs; k++) {
            int at = from + k * 32;
            FloatVector l = int8(w, at);
            FloatVector h = int8(w, at + 16);
            FloatVector x0 = constant(x[xFrom + k * 8]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = constant(x[xFrom + k * 8 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = constant(x[xFrom + k * 8 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = constant(x[xFrom + k * 8 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = constant(x[xFrom + k * 8 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = constant(x[xFrom + k * 8 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
            FloatVector x6 = constant(x[xFrom + k * 8 + 6]);
            l6 = l.fma(x6, l6);
            h6 = h.fma(x6, h6);
            FloatVector x7 = constant(x[xFrom + k * 8 + 7]);
            l7 = l.fma(x7, l7);
            h7 = h.fma(x7, h7);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
        l1.intoArray(sums, s + 32);
        h1.intoArray(sums, s + 48);
        l2.intoArray(sums, s + 64);
        h2.intoArray(sums, s + 80);
        l3.intoArray(sums, s + 96);
        h3.intoArray(sums, s + 112);
        l4.intoArray(sums, s + 128);
        h4.intoArray(sums, s + 144);
        l5.intoArray(sums, s + 160);
        h5.intoArray(sums, s + 176);
        l6.intoArray(sums, s + 192);
        h6.intoArray(sums, s + 208);
        l7.intoArray(sums, s + 224);
        h7.intoArray(sums, s + 240);
    }

    private static void rows9(
            float[] sums, int s, float[] x, int xFrom, byte[] w, int from, int inputs) {
        FloatVector l0 = floats(sums, s);
        FloatVector h0 = floats(sums, s + 16);
        FloatVector l1 = floats(sums, s + 32);
        FloatVector h1 = floats(sums, s + 48);
        FloatVector l2 = floats(sums, s + 64);
        FloatVector h2 = floats(sums, s + 80);
        FloatVector l3 = floats(sums, s + 96);
        FloatVector h3 = floats(sums, s + 112);
        FloatVector l4 = floats(sums, s + 128);
        FloatVector h4 = floats(sums, s + 144);
        FloatVector l5 = floats(sums, s + 160);
        FloatVector h5 = floats(sums, s + 176);
        FloatVector l6 = floats(sums, s + 192);
        FloatVector h6 = floats(sums, s + 208);
        FloatVector l7 = floats(sums, s + 224);
        FloatVector h7 = floats(sums, s + 240);
        FloatVector l8 = floats(sums, s + 256);
        FloatVector h8 = floats(sums, s + 272);
        for (int k = 0; k < inputs; k++) {
            int at = from + k * 32;
            FloatVector l = int8(w, at);
            FloatVector h = int8(w, at + 16);
            FloatVector x0 = constant(x[xFrom + k * 9]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = constant(x[xFrom + k * 9 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = constant(x[xFrom + k * 9 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = constant(x[xFrom + k * 9 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = constant(x[xFrom + k * 9 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = constant(x[xFrom + k * 9 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
            FloatVector x6 = constant(x[xFrom + k * 9 + 6]);
            l6 = l.fma(x6, l6);
            h6 = h.fma(x6, h6);
            FloatVector x7 = constant(x[xFrom + k * 9 + 7]);
            l7 = l.fma(x7, l7);
            h7 = h.fma(x7, h7);
            FloatVector x8 = constant(x[xFrom + k * 9 + 8]);
            l8 = l.fma(x8, l8);
            h8 = h.fma(x8, h8);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
        l1.intoArray(sums, s + 32);
        h1.intoArray(sums, s + 48);
        l2.intoArray(sums, s + 64);
        h2.intoArray(sums, s + 80);
        l3.intoArray(sums, s + 96);
        h3.intoArray(sums, s + 112);
        l4.intoArray(sums, s + 128);
        h4.intoArray(sums, s + 144);
        l5.intoArray(sums, s + 160);
        h5.intoArray(sums, s + 176);
        l6.intoArray(sums, s + 192);
        h6.intoArray(sums, s + 208);
        l7.intoArray(sums, s + 224);
        h7.intoArray(sums, s + 240);
        l8.intoArray(sums, s + 256);
        h8.intoArray(sums, s + 272);
    }
}
