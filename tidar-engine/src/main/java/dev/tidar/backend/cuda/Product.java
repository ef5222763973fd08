package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.memory.CudaMatrix;

/**
 * One product of rows with a matrix, as the kernels take it: {@code y = epilogue(x · wᵀ * scale + bias + addend)}.
 *
 * @param y the address that the outputs are written to
 * @param yPitch the number of elements from one row of y to the next
 * @param x the inputs, in the form that the kernels read
 * @param xPitch the number of elements from one row of x to the next
 * @param w the matrix
 * @param bias one float for each packed row of w; 0 for none
 * @param addend {@code [rows - firstAddend, packed rows]} in float; 0 for none
 * @param firstAddend the first row that the addend is added to
 * @param epilogue what is done with the outputs
 * @param rows rows of x and y
 * @param outputs columns of y
 */
record Product(
        long y,
        int yPitch,
        long x,
        int xPitch,
        CudaMatrix w,
        long bias,
        long addend,
        int firstAddend,
        Epilogue epilogue,
        int rows,
        int outputs) {

    /** What a product does with its outputs, numbered as in {@code step.cuh}. */
    enum Epilogue {
        STORE(0),
        STORE_BF16(1),
        ADD(2),
        SWIGLU(3),
        SWIGLU_BF16(4);

        private final int number;

        Epilogue(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }
}
