package dev.tidar.spring.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Gives a hint when a JVM loads one engine beside another, as test suites do with cached contexts. */
final class OtherEngines {

    private static final Log log = LogFactory.getLog(OtherEngines.class);

    /** The name of the thread that each engine has as long as it lives. */
    private static final String ENGINE_THREAD = "tidar-engine";

    private OtherEngines() {}

    /** Logs how many engines there are; to be called before one more is loaded. */
    static void hint() {
        long others = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(ENGINE_THREAD))
                .count();
        if (others > 0) {
            log.info(
                    ("This JVM has %d other TiDAR engine(s), and each holds a model. Where these belong to cached contexts"
                                    + " of tests: a test that mocks ChatModel loads none, and docs/testing.md, \"On a real"
                                    + " model\", shows how all contexts share one.")
                            .formatted(others));
        }
    }
}
