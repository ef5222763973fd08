package dev.tidar.decode;

import java.util.Locale;

/** Writes a picture as SVG, readable on light and on dark pages. */
final class Svg {

    private static final String STYLE = """
            <style>
            text { font: 13px system-ui, sans-serif; fill: #24292f }
            .small { font-size: 11px } .middle { text-anchor: middle } .end { text-anchor: end }
            .on { fill: #ffffff }
            .page { fill: #ffffff } .line { stroke: #8c959f; fill: none }
            .cache { fill: #d0d7de } .verify { fill: #2f6fab } .group { fill: #b35900 } .kept { fill: #1a7f37 }
            .unused { fill: #eaeef2 } .box { stroke: #8c959f }
            .curve { fill: none; stroke-width: 2 }
            .c0 { stroke: #8c959f } .c1 { stroke: #2f6fab } .c2 { stroke: #1a7f37 } .c3 { stroke: #b35900 }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3 } .page { fill: #161b22 } .cache { fill: #424a53 } .unused { fill: #2d333b }
            }
            </style>
            """;

    private final StringBuilder text = new StringBuilder();

    /** @param title what a reader hears who cannot see the picture */
    Svg(int width, int height, String title) {
        text.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
                        .formatted(width, height))
                .append("<title>%s</title>\n".formatted(title))
                .append(STYLE)
                .append("<rect class=\"page\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n".formatted(width, height));
    }

    Svg box(String kind, double x, double y, double width, double height) {
        return add("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"2\"/>"
                .formatted(kind, number(x), number(y), number(width), number(height)));
    }

    Svg text(String kind, double x, double y, String words) {
        String escaped = words.replace("&", "&amp;").replace("<", "&lt;");
        return add("<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>".formatted(kind, number(x), number(y), escaped));
    }

    /** @param path in the language of the attribute d */
    Svg path(String kind, String path) {
        return add("<path class=\"%s\" d=\"%s\"/>".formatted(kind, path));
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value).replaceFirst("\\.0$", "");
    }

    String end() {
        return text + "</svg>\n";
    }

    private Svg add(String element) {
        text.append(element).append('\n');
        return this;
    }
}
