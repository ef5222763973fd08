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

    static final int MOST_ROWS = 12;

    private TileKernels() {}

    /** See {@link Kernels#tile}. */
    static void tile(
            int rows, float[] sums, int sumsFrom, float[] x, int xFrom, float[] w, int wFrom, int inputs) {
        for (int c = 0; c < 16; c += FLOATS.length()) {
            int s = sumsFrom + c;
            int at = wFrom + c;
            switch (rows) {
                case 1:
                    rows1(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 2:
                    rows2(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 3:
                    rows3(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 4:
                    rows4(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 5:
                    rows5(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 6:
                    rows6(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 7:
                    rows7(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 8:
                    rows8(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 9:
                    rows9(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 10:
                    rows10(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 11:
                    rows11(sums, s, x, xFrom, w, at, inputs);
                    break;
                case 12:
                    rows12(sums, s, x, xFrom, w, at, inputs);
                    break;
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

    private static void rows1(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
    }

    private static void rows2(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 2]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 2 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
        }
        l0.intoArray(sums, s);
        h0.intoArray(sums, s + 16);
        l1.intoArray(sums, s + 32);
        h1.intoArray(sums, s + 48);
    }

    private static void rows3(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 3]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 3 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 3 + 2]);
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

    private static void rows4(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        FloatVector l3 = load(sums, s + 96);
        FloatVector h3 = load(sums, s + 112);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 4]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 4 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 4 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = broadcast(x[from + k * 4 + 3]);
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

    private static void rows5(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        FloatVector l3 = load(sums, s + 96);
        FloatVector h3 = load(sums, s + 112);
        FloatVector l4 = load(sums, s + 128);
        FloatVector h4 = load(sums, s + 144);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 5]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 5 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 5 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = broadcast(x[from + k * 5 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = broadcast(x[from + k * 5 + 4]);
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

    private static void rows6(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        FloatVector l3 = load(sums, s + 96);
        FloatVector h3 = load(sums, s + 112);
        FloatVector l4 = load(sums, s + 128);
        FloatVector h4 = load(sums, s + 144);
        FloatVector l5 = load(sums, s + 160);
        FloatVector h5 = load(sums, s + 176);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 6]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 6 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 6 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = broadcast(x[from + k * 6 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = broadcast(x[from + k * 6 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = broadcast(x[from + k * 6 + 5]);
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

    private static void rows7(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        FloatVector l3 = load(sums, s + 96);
        FloatVector h3 = load(sums, s + 112);
        FloatVector l4 = load(sums, s + 128);
        FloatVector h4 = load(sums, s + 144);
        FloatVector l5 = load(sums, s + 160);
        FloatVector h5 = load(sums, s + 176);
        FloatVector l6 = load(sums, s + 192);
        FloatVector h6 = load(sums, s + 208);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 7]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 7 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 7 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = broadcast(x[from + k * 7 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = broadcast(x[from + k * 7 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = broadcast(x[from + k * 7 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
            FloatVector x6 = broadcast(x[from + k * 7 + 6]);
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

    private static void rows8(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        FloatVector l3 = load(sums, s + 96);
        FloatVector h3 = load(sums, s + 112);
        FloatVector l4 = load(sums, s + 128);
        FloatVector h4 = load(sums, s + 144);
        FloatVector l5 = load(sums, s + 160);
        FloatVector h5 = load(sums, s + 176);
        FloatVector l6 = load(sums, s + 192);
        FloatVector h6 = load(sums, s + 208);
        FloatVector l7 = load(sums, s + 224);
        FloatVector h7 = load(sums, s + 240);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 8]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 8 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 8 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = broadcast(x[from + k * 8 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = broadcast(x[from + k * 8 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = broadcast(x[from + k * 8 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
            FloatVector x6 = broadcast(x[from + k * 8 + 6]);
            l6 = l.fma(x6, l6);
            h6 = h.fma(x6, h6);
            FloatVector x7 = broadcast(x[from + k * 8 + 7]);
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

    private static void rows9(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        FloatVector l3 = load(sums, s + 96);
        FloatVector h3 = load(sums, s + 112);
        FloatVector l4 = load(sums, s + 128);
        FloatVector h4 = load(sums, s + 144);
        FloatVector l5 = load(sums, s + 160);
        FloatVector h5 = load(sums, s + 176);
        FloatVector l6 = load(sums, s + 192);
        FloatVector h6 = load(sums, s + 208);
        FloatVector l7 = load(sums, s + 224);
        FloatVector h7 = load(sums, s + 240);
        FloatVector l8 = load(sums, s + 256);
        FloatVector h8 = load(sums, s + 272);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 9]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 9 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 9 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = broadcast(x[from + k * 9 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = broadcast(x[from + k * 9 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = broadcast(x[from + k * 9 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
            FloatVector x6 = broadcast(x[from + k * 9 + 6]);
            l6 = l.fma(x6, l6);
            h6 = h.fma(x6, h6);
            FloatVector x7 = broadcast(x[from + k * 9 + 7]);
            l7 = l.fma(x7, l7);
            h7 = h.fma(x7, h7);
            FloatVector x8 = broadcast(x[from + k * 9 + 8]);
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

    private static void rows10(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        FloatVector l3 = load(sums, s + 96);
        FloatVector h3 = load(sums, s + 112);
        FloatVector l4 = load(sums, s + 128);
        FloatVector h4 = load(sums, s + 144);
        FloatVector l5 = load(sums, s + 160);
        FloatVector h5 = load(sums, s + 176);
        FloatVector l6 = load(sums, s + 192);
        FloatVector h6 = load(sums, s + 208);
        FloatVector l7 = load(sums, s + 224);
        FloatVector h7 = load(sums, s + 240);
        FloatVector l8 = load(sums, s + 256);
        FloatVector h8 = load(sums, s + 272);
        FloatVector l9 = load(sums, s + 288);
        FloatVector h9 = load(sums, s + 304);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 10]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 10 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 10 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = broadcast(x[from + k * 10 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = broadcast(x[from + k * 10 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = broadcast(x[from + k * 10 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
            FloatVector x6 = broadcast(x[from + k * 10 + 6]);
            l6 = l.fma(x6, l6);
            h6 = h.fma(x6, h6);
            FloatVector x7 = broadcast(x[from + k * 10 + 7]);
            l7 = l.fma(x7, l7);
            h7 = h.fma(x7, h7);
            FloatVector x8 = broadcast(x[from + k * 10 + 8]);
            l8 = l.fma(x8, l8);
            h8 = h.fma(x8, h8);
            FloatVector x9 = broadcast(x[from + k * 10 + 9]);
            l9 = l.fma(x9, l9);
            h9 = h.fma(x9, h9);
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
        l9.intoArray(sums, s + 288);
        h9.intoArray(sums, s + 304);
    }

    private static void rows11(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        FloatVector l3 = load(sums, s + 96);
        FloatVector h3 = load(sums, s + 112);
        FloatVector l4 = load(sums, s + 128);
        FloatVector h4 = load(sums, s + 144);
        FloatVector l5 = load(sums, s + 160);
        FloatVector h5 = load(sums, s + 176);
        FloatVector l6 = load(sums, s + 192);
        FloatVector h6 = load(sums, s + 208);
        FloatVector l7 = load(sums, s + 224);
        FloatVector h7 = load(sums, s + 240);
        FloatVector l8 = load(sums, s + 256);
        FloatVector h8 = load(sums, s + 272);
        FloatVector l9 = load(sums, s + 288);
        FloatVector h9 = load(sums, s + 304);
        FloatVector l10 = load(sums, s + 320);
        FloatVector h10 = load(sums, s + 336);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 11]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 11 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 11 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = broadcast(x[from + k * 11 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = broadcast(x[from + k * 11 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = broadcast(x[from + k * 11 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
            FloatVector x6 = broadcast(x[from + k * 11 + 6]);
            l6 = l.fma(x6, l6);
            h6 = h.fma(x6, h6);
            FloatVector x7 = broadcast(x[from + k * 11 + 7]);
            l7 = l.fma(x7, l7);
            h7 = h.fma(x7, h7);
            FloatVector x8 = broadcast(x[from + k * 11 + 8]);
            l8 = l.fma(x8, l8);
            h8 = h.fma(x8, h8);
            FloatVector x9 = broadcast(x[from + k * 11 + 9]);
            l9 = l.fma(x9, l9);
            h9 = h.fma(x9, h9);
            FloatVector x10 = broadcast(x[from + k * 11 + 10]);
            l10 = l.fma(x10, l10);
            h10 = h.fma(x10, h10);
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
        l9.intoArray(sums, s + 288);
        h9.intoArray(sums, s + 304);
        l10.intoArray(sums, s + 320);
        h10.intoArray(sums, s + 336);
    }

    private static void rows12(float[] sums, int s, float[] x, int from, float[] w, int at, int inputs) {
        FloatVector l0 = load(sums, s);
        FloatVector h0 = load(sums, s + 16);
        FloatVector l1 = load(sums, s + 32);
        FloatVector h1 = load(sums, s + 48);
        FloatVector l2 = load(sums, s + 64);
        FloatVector h2 = load(sums, s + 80);
        FloatVector l3 = load(sums, s + 96);
        FloatVector h3 = load(sums, s + 112);
        FloatVector l4 = load(sums, s + 128);
        FloatVector h4 = load(sums, s + 144);
        FloatVector l5 = load(sums, s + 160);
        FloatVector h5 = load(sums, s + 176);
        FloatVector l6 = load(sums, s + 192);
        FloatVector h6 = load(sums, s + 208);
        FloatVector l7 = load(sums, s + 224);
        FloatVector h7 = load(sums, s + 240);
        FloatVector l8 = load(sums, s + 256);
        FloatVector h8 = load(sums, s + 272);
        FloatVector l9 = load(sums, s + 288);
        FloatVector h9 = load(sums, s + 304);
        FloatVector l10 = load(sums, s + 320);
        FloatVector h10 = load(sums, s + 336);
        FloatVector l11 = load(sums, s + 352);
        FloatVector h11 = load(sums, s + 368);
        for (int k = 0; k < inputs; k++) {
            FloatVector l = load(w, at + k * PANEL);
            FloatVector h = load(w, at + k * PANEL + 16);
            FloatVector x0 = broadcast(x[from + k * 12]);
            l0 = l.fma(x0, l0);
            h0 = h.fma(x0, h0);
            FloatVector x1 = broadcast(x[from + k * 12 + 1]);
            l1 = l.fma(x1, l1);
            h1 = h.fma(x1, h1);
            FloatVector x2 = broadcast(x[from + k * 12 + 2]);
            l2 = l.fma(x2, l2);
            h2 = h.fma(x2, h2);
            FloatVector x3 = broadcast(x[from + k * 12 + 3]);
            l3 = l.fma(x3, l3);
            h3 = h.fma(x3, h3);
            FloatVector x4 = broadcast(x[from + k * 12 + 4]);
            l4 = l.fma(x4, l4);
            h4 = h.fma(x4, h4);
            FloatVector x5 = broadcast(x[from + k * 12 + 5]);
            l5 = l.fma(x5, l5);
            h5 = h.fma(x5, h5);
            FloatVector x6 = broadcast(x[from + k * 12 + 6]);
            l6 = l.fma(x6, l6);
            h6 = h.fma(x6, h6);
            FloatVector x7 = broadcast(x[from + k * 12 + 7]);
            l7 = l.fma(x7, l7);
            h7 = h.fma(x7, h7);
            FloatVector x8 = broadcast(x[from + k * 12 + 8]);
            l8 = l.fma(x8, l8);
            h8 = h.fma(x8, h8);
            FloatVector x9 = broadcast(x[from + k * 12 + 9]);
            l9 = l.fma(x9, l9);
            h9 = h.fma(x9, h9);
            FloatVector x10 = broadcast(x[from + k * 12 + 10]);
            l10 = l.fma(x10, l10);
            h10 = h.fma(x10, h10);
            FloatVector x11 = broadcast(x[from + k * 12 + 11]);
            l11 = l.fma(x11, l11);
            h11 = h.fma(x11, h11);
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
        l9.intoArray(sums, s + 288);
        h9.intoArray(sums, s + 304);
        l10.intoArray(sums, s + 320);
        h10.intoArray(sums, s + 336);
        l11.intoArray(sums, s + 352);
        h11.intoArray(sums, s + 368);
    }
}
