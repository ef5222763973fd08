package dev.tidar.cli.soak;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A picture of a soak: one panel for each quantity, over the time in minutes, from zero. */
final class SoakPlot {

    private static final int WIDTH = 760;
    private static final int PANEL = 120;
    private static final int LEFT = 150;
    private static final int RIGHT = 20;
    private static final int GAP = 30;
    private static final double MIB = 1 << 20;

    private record Panel(String name, ToDoubleFunction<Reading> value) {}

    private static final List<Panel> PANELS = List.of(
            new Panel("heap after GC, MiB", r -> r.heapBytes() / MIB),
            new Panel("resident, MiB", r -> r.residentBytes() / MIB),
            new Panel("threads", Reading::threads),
            new Panel("open handles", Reading::handles),
            new Panel("KV leased, MiB", r -> r.kvLeasedBytes() / MIB));

    private SoakPlot() {}

    static String svg(List<Reading> readings) {
        int height = PANELS.size() * (PANEL + GAP) + GAP;
        var svg = new StringBuilder(format(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>\n",
                WIDTH, height));
        svg.append(format("<rect width='%d' height='%d' fill='white'/>\n", WIDTH, height));
        double seconds = Math.max(1, readings.get(readings.size() - 1).seconds());
        for (int i = 0; i < PANELS.size(); i++) {
            panel(svg, PANELS.get(i), readings, seconds, GAP + i * (PANEL + GAP));
        }
        return svg.append(format(
                        "<text x='%d' y='%d' text-anchor='end'>%.0f minutes</text>\n</svg>\n",
                        WIDTH - RIGHT, height - 10, seconds / 60))
                .toString();
    }

    private static void panel(StringBuilder svg, Panel panel, List<Reading> readings, double seconds, int top) {
        double max = readings.stream().mapToDouble(panel.value()).max().orElse(0);
        double scale = max == 0 ? 1 : max;
        int plotWidth = WIDTH - LEFT - RIGHT;
        svg.append(format("<text x='8' y='%d'>%s</text>\n", top + PANEL / 2, panel.name()));
        svg.append(format("<text x='%d' y='%d' text-anchor='end'>%.0f</text>\n", LEFT - 6, top + 10, max));
        svg.append(format("<text x='%d' y='%d' text-anchor='end'>0</text>\n", LEFT - 6, top + PANEL));
        svg.append(
                format("<path d='M%d %dV%dH%d' fill='none' stroke='#999'/>\n", LEFT, top, top + PANEL, WIDTH - RIGHT));
        svg.append("<polyline fill='none' stroke='#06c' stroke-width='1.5' points='");
        for (Reading reading : readings) {
            double x = LEFT + plotWidth * reading.seconds() / seconds;
            double y = top + PANEL * (1 - panel.value().applyAsDouble(reading) / scale);
            svg.append(format("%.1f,%.1f ", x, y));
        }
        svg.append(format("'/>\n"));
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
