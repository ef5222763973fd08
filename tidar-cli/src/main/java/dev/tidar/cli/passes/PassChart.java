package dev.tidar.cli.passes;

import dev.tidar.cli.passes.PassReport.Pass;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Draws a report: milliseconds of a forward over its rows, from zero, and the time of the plain read as a line across.
 * Its colours are readable on light and on dark ground.
 */
public final class PassChart {

    private static final int WIDTH = 720;
    private static final int HEIGHT = 360;
    private static final int LEFT = 64;
    private static final int RIGHT = 24;
    private static final int TOP = 44;
    private static final int BOTTOM = 48;
    private static final int LINES = 4;
    private static final String LINE = "#2a7de1";
    private static final String GROUND = "#808080";

    private final PassReport report;
    private final double maxRows;
    private final double maxMillis;

    private PassChart(PassReport report) {
        this.report = report;
        this.maxRows = report.passes().stream().mapToInt(Pass::rows).max().orElse(1);
        this.maxMillis =
                rounded(report.passes().stream().mapToDouble(Pass::millis).max().orElse(1));
    }

    /** The picture as an SVG document. */
    public static String svg(PassReport report) {
        return new PassChart(report).draw();
    }

    /** The next number that divides well: 1, 2 or 5 times a power of ten, or twice as much. */
    private static double rounded(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        return List.of(1.0, 2.0, 4.0, 6.0, 8.0, 10.0).stream()
                .map(factor -> factor * power)
                .filter(limit -> limit >= value)
                .min(Comparator.naturalOrder())
                .orElse(value);
    }

    private String draw() {
        var svg = new StringBuilder(format(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12' fill='%s'>\n",
                WIDTH, HEIGHT, GROUND));
        svg.append(format(
                "<text x='%d' y='20' font-size='14'>Milliseconds of a forward by its rows: %s, %s, %s</text>\n",
                LEFT, escaped(report.model()), escaped(report.weights()), escaped(report.backend())));
        axes(svg);
        read(svg);
        svg.append(format(
                "<polyline fill='none' stroke='%s' stroke-width='2' points='%s'/>\n",
                LINE,
                report.passes().stream()
                        .map(pass -> format("%.1f,%.1f", x(pass.rows()), y(pass.millis())))
                        .collect(Collectors.joining(" "))));
        for (Pass pass : report.passes()) {
            svg.append(format(
                    "<circle cx='%.1f' cy='%.1f' r='3' fill='%s'><title>%d rows: %.2f ms, %.2f times one row</title></circle>\n",
                    x(pass.rows()), y(pass.millis()), LINE, pass.rows(), pass.millis(), pass.ofOneRow()));
        }
        return svg.append("</svg>\n").toString();
    }

    private void axes(StringBuilder svg) {
        for (int line = 0; line <= LINES; line++) {
            double millis = maxMillis * line / LINES;
            svg.append(format(
                    "<path d='M%d %.1fH%d' stroke='%s' stroke-opacity='0.35'/>\n",
                    LEFT, y(millis), WIDTH - RIGHT, GROUND));
            svg.append(format(
                    "<text x='%d' y='%.1f' text-anchor='end'>%s</text>\n", LEFT - 8, y(millis) + 4, number(millis)));
        }
        double last = -1e9;
        for (Pass pass : report.passes()) {
            if (x(pass.rows()) - last > 22) {
                last = x(pass.rows());
                svg.append(format(
                        "<text x='%.1f' y='%d' text-anchor='middle'>%d</text>\n",
                        last, HEIGHT - BOTTOM + 20, pass.rows()));
            }
        }
        svg.append(format("<text x='%d' y='%d' text-anchor='end'>rows</text>\n", WIDTH - RIGHT, HEIGHT - 8));
    }

    private void read(StringBuilder svg) {
        Double speed = report.readGbPerSecond();
        if (speed == null) {
            return;
        }
        double millis = report.weightBytes() / speed / 1e6;
        svg.append(format(
                "<path d='M%d %.1fH%d' stroke='%s' stroke-dasharray='5 4'/>\n",
                LEFT, y(millis), WIDTH - RIGHT, GROUND));
        svg.append(format(
                "<text x='%d' y='%.1f' text-anchor='end'>a plain read of the weights: %.2f ms, %.1f GB/s</text>\n",
                WIDTH - RIGHT, y(millis) - 6, millis, speed));
    }

    private double x(double rows) {
        return LEFT + (WIDTH - LEFT - RIGHT) * rows / maxRows;
    }

    private double y(double millis) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * millis / maxMillis;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? format("%.0f", value) : format("%.2f", value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }
}
