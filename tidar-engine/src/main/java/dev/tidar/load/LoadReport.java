package dev.tidar.load;

import dev.tidar.api.EngineStatus.LayoutReport;
import dev.tidar.api.EngineStatus.ModelFacts;
import dev.tidar.auto.LayoutReports;
import java.util.Locale;

/** One line for the log, once a model is loaded. */
final class LoadReport {

    private LoadReport() {}

    static String of(LoadedModel model) {
        ModelFacts facts = model.facts();
        LayoutReport layout = LayoutReports.report(model.layouts());
        String drafting = facts.maskTokenId().isEmpty()
                ? "no mask token, plain autoregressive"
                : "block size %d%s"
                        .formatted(facts.blockSize().orElseThrow(), facts.draftAdapter() ? ", draft adapter" : "");
        return String.format(
                Locale.ROOT,
                "%s (%s, %.1f M parameters as %s%s, %s%s) on %s (%s), %s kernels, context %d; auto chose %s",
                facts.name(),
                facts.family(),
                facts.parameters() / 1e6,
                facts.weights(),
                facts.storedAs().map(", stored as "::concat).orElse(""),
                drafting,
                model.draftModel().map(", draft model "::concat).orElse(""),
                model.backend().device(),
                model.deviceReason(),
                model.backend().kernels(),
                facts.contextLength(),
                layout.reason());
    }
}
