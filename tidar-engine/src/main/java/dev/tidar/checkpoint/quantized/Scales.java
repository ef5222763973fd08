package dev.tidar.checkpoint.quantized;

/**
 * What makes values of codes: {@code (code - zero) * scale}. The columns of a group share both.
 *
 * @param groups which columns of a row share them
 * @param scale of each group of each row
 * @param zero zero point of the same; 0 where the format is symmetric
 */
record Scales(Groups groups, Cells scale, Cells zero) {

    /** A number for each group of each row. */
    interface Cells {

        Cells ZERO = (row, group) -> 0;

        float at(int row, int group);
    }

    /**
     * Turns the codes of a row into values. The difference is exact, and the product is rounded once, to a float.
     *
     * @param row codes, which become values
     */
    void apply(int index, int columns, float[] row) {
        if (groups.areListed()) {
            applyByList(index, columns, row);
            return;
        }
        for (int group = 0, first = 0; first < columns; group++, first += groups.width()) {
            float factor = scale.at(index, group);
            float origin = zero.at(index, group);
            int end = (int) Math.min(columns, first + (long) groups.width());
            for (int c = first; c < end; c++) {
                row[c] = (row[c] - origin) * factor;
            }
        }
    }

    private void applyByList(int index, int columns, float[] row) {
        float[] factors = new float[groups.count()];
        float[] origins = new float[groups.count()];
        for (int group = 0; group < factors.length; group++) {
            factors[group] = scale.at(index, group);
            origins[group] = zero.at(index, group);
        }
        for (int c = 0; c < columns; c++) {
            int group = groups.of(c);
            row[c] = (row[c] - origins[group]) * factors[group];
        }
    }
}
