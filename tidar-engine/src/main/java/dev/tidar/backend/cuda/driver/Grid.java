package dev.tidar.backend.cuda.driver;

/**
 * The launch geometry of a kernel.
 *
 * @param x blocks in the first dimension
 * @param y blocks in the second dimension
 * @param z blocks in the third dimension
 * @param threads threads of a block
 * @param sharedBytes dynamic shared memory of a block
 */
public record Grid(int x, int y, int z, int threads, int sharedBytes) {

    public static Grid of(int x, int threads) {
        return new Grid(x, 1, 1, threads, 0);
    }

    public static Grid of(int x, int y, int threads) {
        return new Grid(x, y, 1, threads, 0);
    }

    public Grid withShared(int bytes) {
        return new Grid(x, y, z, threads, bytes);
    }

    boolean isEmpty() {
        return x == 0 || y == 0 || z == 0;
    }
}
