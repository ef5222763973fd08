package dev.tidar.kernels;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file {@code CUBINS}, as {@code cubins.sh} writes it.
 *
 * @param compiler the version of ptxas
 * @param hashes of the PTX and the cubins, by file name
 * @param cells what a kernel takes on an architecture, by {@code kernel architecture}
 */
record CubinTable(String compiler, Map<String, String> hashes, Map<String, Cell> cells) {

    /**
     * What one kernel takes on one architecture.
     *
     * @param registers of a thread
     * @param sharedBytes static shared memory of a block
     * @param spilledBytes bytes that a thread writes to its stack for want of registers, and reads again
     */
    record Cell(int registers, int sharedBytes, int spilledBytes) {

        private static Cell of(String text) {
            int[] numbers =
                    Arrays.stream(text.split("/")).mapToInt(Integer::parseInt).toArray();
            return new Cell(numbers[0], numbers[1], numbers[2]);
        }
    }

    static CubinTable read(Path file) {
        Map<String, String> hashes = new TreeMap<>();
        Map<String, Cell> cells = new TreeMap<>();
        String compiler = "";
        List<String> architectures = List.of();
        for (String line : KernelFiles.read(file).lines().toList()) {
            String[] words = line.split(" +");
            switch (words[0]) {
                case "", "registers" -> {}
                case "compiler" -> compiler = words[1];
                case "source", "output" -> hashes.put(words[2], words[1]);
                case "kernel" -> architectures = Arrays.asList(words).subList(1, words.length);
                default -> {
                    for (int i = 0; i < architectures.size(); i++) {
                        cells.put(words[0] + " " + architectures.get(i), Cell.of(words[i + 1]));
                    }
                }
            }
        }
        return new CubinTable(compiler, hashes, cells);
    }
}
