package dev.tidar.hub;

import dev.tidar.api.HubOptions;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A process that downloads {@link TestHub#MODEL} and says how far it is. Arguments: address of the hub, folder of the
 * cache.
 */
public final class HubChild {

    private HubChild() {}

    public static void main(String[] arguments) {
        PrintStream out = System.out;
        HubOptions options = HubOptions.of(Map.of())
                .withEndpoint(URI.create(arguments[0]))
                .withCache(Path.of(arguments[1]))
                .withLimits(Duration.ofMinutes(1), Duration.ofMinutes(1), 0);
        long[] now = {0};
        Path folder = new ModelHub(
                        options,
                        () -> false,
                        (stage, part) -> out.println(stage),
                        () -> now[0] += DownloadProgress.INTERVAL_NANOS)
                .folder(TestHub.MODEL);
        out.println(folder);
    }

    static Process start(TestHub hub) throws java.io.IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HubChild.class.getName(),
                        hub.server.address().toString(),
                        hub.cache.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
