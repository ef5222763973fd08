package dev.tidar.spring.autoconfigure;

import dev.tidar.api.EngineOptions.LoadProgress;
import java.util.function.Consumer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Logs each stage of loading once, and the progress within it at debug level. Confined to the loading thread. */
final class LoadProgressLog implements Consumer<LoadProgress> {

    private static final Log log = LogFactory.getLog(LoadProgressLog.class);

    private String stage = "";

    @Override
    public void accept(LoadProgress progress) {
        String line = "Loading the TiDAR model, %.0f %%: %s".formatted(progress.done() * 100, progress.stage());
        if (progress.stage().equals(stage)) {
            log.debug(line);
        } else {
            stage = progress.stage();
            log.info(line);
        }
    }
}
