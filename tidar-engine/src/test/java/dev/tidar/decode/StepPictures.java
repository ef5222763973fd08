package dev.tidar.decode;

import static dev.tidar.decode.Svg.number;

import dev.tidar.decode.DraftSource.Drafts;
import dev.tidar.decode.StepLayout.SinglePass;
import dev.tidar.decode.StepLayout.TwoPass;
import dev.tidar.sampling.RowSampling;
import dev.tidar.sampling.SamplingParams;
import dev.tidar.sampling.TokenCounts;
import dev.tidar.step.RowSamplings;
import dev.tidar.step.SequenceStep;
import dev.tidar.step.StepInputs;
import dev.tidar.step.StepRows;
import dev.tidar.step.Verification;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;

/** The pictures of docs/how-it-works.md, drawn from the rows that the engine makes and from its arithmetic. */
final class StepPictures {

    private static final int DRAFT_LENGTH = 4;
    private static final int MASK = 99;
    private static final int AMPLE = 1_000;

    /** What the sequence of the picture is about; a token id is the index of a word. */
    private static final List<String> WORDS =
            List.of("The", "cat", "sat", "on", "the", "mat", "and", "ran", "slept", "away");

    private static final int COMMITTED = 4;
    private static final List<Integer> BLOCK = List.of(4, 5, 6, 7); // the anchor and its drafts
    private static final int[] SAMPLED = {5, 6, 8, 9};

    /** What the group of the right outcome drafts after the anchor; no such model was asked. */
    private static final List<String> NEXT_DRAFTS = List.of("all", "day", "long");

    private static final List<Double> ACCEPTANCES = List.of(0.5, 0.7, 0.8, 0.9);
    private static final int LONGEST = 8;

    private StepPictures() {}

    /** A single-pass step with all outcomes, as the engine lays it out. */
    private static StepInputs inputs() {
        var layout = new SinglePass(DRAFT_LENGTH, StepLayout.allOutcomes(DRAFT_LENGTH));
        List<Integer> drafts = BLOCK.subList(1, BLOCK.size());
        var state = new DecodeState(COMMITTED, BLOCK.get(0), new Drafts(drafts, DraftSource.MASKS), false, AMPLE);
        SequenceStep step = layout.next(state, MASK);
        RowSampling greedy = RowSampling.draft(SamplingParams.GREEDY, TokenCounts.NONE);
        var sampling = new RowSamplings(
                Collections.nCopies(DRAFT_LENGTH, greedy), Collections.nCopies(DRAFT_LENGTH - 1, greedy));
        return new StepInputs.Builder().add(new int[1], step, 1, sampling).build();
    }

    /** Which row sees which key. */
    static String mask() {
        StepRows rows = inputs().rows();
        int cell = 18;
        int left = 120;
        int top = 56;
        int cache = 3 * cell;
        var svg = new Svg(
                left + cache + rows.counts().total() * cell + 20,
                top + rows.counts().total() * cell + 64,
                "The attention mask of one step with draft length 4. A filled cell is a key that the row sees.");
        IntFunction<Double> x = key -> (double) left + cache + key * cell;
        svg.text("middle", left + cache / 2.0, top - 10, "cache");
        for (int row = 0; row < rows.counts().total(); row++) {
            double y = top + row * cell;
            svg.text("end", left - 8, y + 13, label(row));
            svg.text("small middle", x.apply(row) + cell / 2.0, top - 10, shortLabel(row));
            svg.box(rows.visible(row) >= COMMITTED ? "cache" : "unused", left, y + 1, cache - 2, cell - 2);
            for (int key = 0; key < rows.counts().total(); key++) {
                svg.box(seen(rows, row, key), x.apply(key) + 1, y + 1, cell - 2, cell - 2);
            }
        }
        double below = top + rows.counts().total() * cell + 26;
        svg.box("verify", left, below - 11, 12, 12).text("", left + 18, below, "a verify row's key is seen");
        svg.box("group", left, below + 11, 12, 12)
                .text("", left + 18, below + 22, "a key of the row's own group is seen");
        return svg.end();
    }

    private static String seen(StepRows rows, int row, int key) {
        int exact = rows.counts().exact();
        if (key < exact) {
            return rows.visible(row) > rows.position(key) ? "verify" : "unused";
        }
        boolean own = row >= exact && key >= rows.groupFirst(row) && key < rows.groupEnd(row);
        return own ? "group" : "unused";
    }

    private static String label(int row) {
        int group = row / DRAFT_LENGTH;
        if (group == 0) {
            return row == 0 ? "anchor" : "draft " + row;
        }
        return row % DRAFT_LENGTH == 0 ? "kept %d: mask".formatted(group) : "mask";
    }

    private static String shortLabel(int row) {
        if (row >= DRAFT_LENGTH) {
            return "m";
        }
        return row == 0 ? "a" : "d" + row;
    }

    /** One forward: what goes in, what comes out, what is kept, and what the next step begins with. */
    static String step() {
        StepInputs inputs = inputs();
        int kept = Verification.kept(SAMPLED, inputs.plans().get(0), inputs.rows());
        var svg = new Svg(
                920,
                370,
                "One step: four verify rows and four groups of masks go through one forward."
                        + " Three rows are kept, and the group for three kept rows is the next draft.");
        double width = 56;
        double verify = 24 + COMMITTED * width;
        double groups = verify + DRAFT_LENGTH * width + 24;
        svg.text("", 24, 28, "in the cache")
                .text("", verify, 28, "verify rows")
                .text("", groups, 28, "mask rows, a group for each outcome");
        for (int i = 0; i < COMMITTED; i++) {
            word(svg, "cache", "", 24 + i * width, 40, WORDS.get(i));
        }
        for (int i = 0; i < DRAFT_LENGTH; i++) {
            word(svg, "verify", "on", verify + i * width, 40, WORDS.get(BLOCK.get(i)));
            svg.text("small middle", verify + i * width + 26, 84, label(i));
        }
        for (int outcome = 1; outcome <= DRAFT_LENGTH; outcome++) {
            double x = groups + (outcome - 1) * 102;
            masks(svg, x, 40, "group");
            svg.text("small middle", x + 46, 84, "if %d kept".formatted(outcome));
        }
        svg.box("unused box", 24, 98, 870, 34).text("middle", 459, 120, "one forward");
        svg.text("", 24, 168, "what each row gives");
        for (int i = 0; i < DRAFT_LENGTH; i++) {
            boolean counts = i < kept;
            word(svg, counts ? "kept" : "unused", counts ? "on" : "", verify + i * width, 150, WORDS.get(SAMPLED[i]));
            svg.text("small middle", verify + i * width + 26, 194, verdict(i, kept));
        }
        for (int outcome = 1; outcome <= DRAFT_LENGTH; outcome++) {
            masks(svg, groups + (outcome - 1) * 102, 150, outcome == kept ? "group" : "unused");
        }
        svg.text("small middle", groups + (kept - 1) * 102 + 46, 194, "the next draft");
        svg.path("line", "M24 222H894");
        next(svg, kept);
        return svg.end();
    }

    private static void next(Svg svg, int kept) {
        double width = 56;
        svg.text("", 24, 250, "the step after it");
        for (int i = 0; i < COMMITTED + kept; i++) {
            String word = i < COMMITTED ? WORDS.get(i) : WORDS.get(BLOCK.get(i - COMMITTED));
            word(svg, "cache", "", 24 + i * width, 264, word);
        }
        double verify = 24 + (COMMITTED + kept) * width;
        word(svg, "verify", "on", verify, 264, WORDS.get(SAMPLED[kept - 1]));
        svg.text("small middle", verify + 26, 308, "anchor");
        for (int i = 0; i < NEXT_DRAFTS.size(); i++) {
            word(svg, "verify", "on", verify + (i + 1) * width, 264, NEXT_DRAFTS.get(i));
            svg.text("small middle", verify + (i + 1) * width + 26, 308, "draft " + (i + 1));
        }
        svg.text(
                "",
                24,
                344,
                "%d tokens were emitted by one forward: %d accepted drafts, and the token that the model itself puts after them."
                        .formatted(kept, kept - 1));
    }

    private static String verdict(int row, int kept) {
        if (row >= kept) {
            return "dropped";
        }
        return row < kept - 1 ? "= draft %d".formatted(row + 1) : "recovered";
    }

    private static void word(Svg svg, String kind, String ink, double x, double y, String word) {
        svg.box(kind, x, y, 52, 28).text((ink + " middle").strip(), x + 26, y + 19, word);
    }

    private static void masks(Svg svg, double x, double y, String kind) {
        for (int slot = 0; slot < DRAFT_LENGTH; slot++) {
            svg.box(kind, x + slot * 23.5, y, 21, 28);
        }
    }

    /** Tokens of a forward by its rows, as mode auto computes them from an acceptance. */
    static String tokensPerForward() {
        var svg = new Svg(
                900, 380, "Tokens per forward against rows of a forward, computed for single pass and two pass.");
        panel(
                svg,
                60,
                72,
                "single pass, all outcomes: K + K · K rows",
                k -> new SinglePass(k, StepLayout.allOutcomes(k)));
        panel(svg, 500, LONGEST, "two pass: K rows", TwoPass::new);
        for (int i = 0; i < ACCEPTANCES.size(); i++) {
            double x = 60 + i * 170;
            svg.path("curve c" + i, "M%s 362H%s".formatted(number(x), number(x + 28)));
            svg.text("", x + 36, 366, "acceptance " + ACCEPTANCES.get(i));
        }
        return svg.end();
    }

    private static void panel(Svg svg, int left, int mostRows, String title, IntFunction<StepLayout> layouts) {
        int width = 360;
        int bottom = 310;
        int token = 45;
        svg.text("", left, 28, title);
        for (int tokens = 0; tokens <= 6; tokens++) {
            int y = bottom - tokens * token;
            svg.path("line", "M%d %dH%d".formatted(left, y, left + width)).text("end", left - 8, y + 4, "" + tokens);
        }
        svg.text("end", left + width, bottom + 34, "rows");
        for (int k = 2; k <= LONGEST; k++) {
            double x = left + width * (double) layouts.apply(k).maxRows() / mostRows;
            svg.text("small middle", x, bottom + 16, "" + layouts.apply(k).maxRows());
        }
        for (int i = 0; i < ACCEPTANCES.size(); i++) {
            var path = new StringBuilder();
            for (int k = 2; k <= LONGEST; k++) {
                StepLayout layout = layouts.apply(k);
                double tokens = layout.tokensPerStep(ACCEPTANCES.get(i)) / layout.forwards();
                path.append(k == 2 ? "M" : "L")
                        .append(number(left + width * (double) layout.maxRows() / mostRows))
                        .append(' ')
                        .append(number(bottom - tokens * token));
            }
            svg.path("curve c" + i, path.toString());
        }
    }
}
