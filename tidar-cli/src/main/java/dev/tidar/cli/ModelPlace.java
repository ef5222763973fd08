package dev.tidar.cli;

import dev.tidar.TidarEngine;
import dev.tidar.api.EngineOptions;
import dev.tidar.api.EngineOptions.LoadProgress;
import dev.tidar.api.HubModel;
import dev.tidar.api.HubOptions;
import dev.tidar.api.ModelSource;
import dev.tidar.api.PullModelStrategy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model, and how one by name comes to this machine. The rest of that is in the environment's variables. */
final class ModelPlace {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "MODEL",
            converter = Choices.Model.class,
            description = "Folder with config.json, tokenizer.json and the safetensors files, or "
                    + "hf:organization/name@revision, which is downloaded into the cache of the Hugging Face library "
                    + "(HF_HOME, HF_HUB_CACHE, HF_TOKEN and HF_ENDPOINT count).")
    private @Nullable ModelSource model;

    @Option(
            names = "--pull-model-strategy",
            paramLabel = "WHEN",
            defaultValue = "when-missing",
            converter = Choices.Pull.class,
            description = "When a model by name is downloaded: when-missing, always (what has changed, too) or never. "
                    + "Default: when-missing.")
    private PullModelStrategy pullModelStrategy = PullModelStrategy.WHEN_MISSING;

    @Option(names = "--offline", description = "Download nothing: a model by name must be in the cache.")
    private boolean offline;

    EngineOptions.Builder options() {
        ModelSource source = Objects.requireNonNull(model, "--model is required");
        EngineOptions.Builder options = EngineOptions.builder(source);
        if (source instanceof HubModel) {
            HubOptions hub = ofEnvironment();
            options.hub(hub.withPullModelStrategy(pullModelStrategy).withOffline(offline || hub.offline()))
                    .progress(downloads());
        }
        return options;
    }

    private static HubOptions ofEnvironment() {
        try {
            return HubOptions.of(System.getenv());
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException("the environment: " + e.getMessage(), e);
        }
    }

    Path folder() {
        return TidarEngine.fetch(options().build());
    }

    /** A download takes long, so it is shown; the other stages of loading are not. */
    private Consumer<LoadProgress> downloads() {
        PrintWriter err =
                Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr();
        return progress -> {
            if (progress.stage().startsWith("downloading")) {
                err.println("tidar: " + progress.stage());
                err.flush();
            }
        };
    }
}
