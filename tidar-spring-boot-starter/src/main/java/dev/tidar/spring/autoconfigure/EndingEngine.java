package dev.tidar.spring.autoconfigure;

import dev.tidar.TidarEngine;
import dev.tidar.spring.OnDemandEngine;
import java.time.Duration;
import java.util.Optional;

/** What the end of an application needs of an engine. */
interface EndingEngine {

    /** The engine that is loaded or being loaded at this moment. */
    Optional<TidarEngine> present();

    /** As {@link TidarEngine#drain}; nothing is loaded after it. */
    boolean drain(Duration limit) throws InterruptedException;

    /** As {@link TidarEngine#close}. */
    void close();

    /** An engine that is there all the time. */
    static EndingEngine of(TidarEngine engine) {
        return new EndingEngine() {

            @Override
            public Optional<TidarEngine> present() {
                return Optional.of(engine);
            }

            @Override
            public boolean drain(Duration limit) throws InterruptedException {
                return engine.drain(limit);
            }

            @Override
            public void close() {
                engine.close();
            }
        };
    }

    /** An engine that may be loaded, unloaded and loaded again until it is drained. */
    static EndingEngine of(OnDemandEngine engine) {
        return new EndingEngine() {

            @Override
            public Optional<TidarEngine> present() {
                return engine.present();
            }

            @Override
            public boolean drain(Duration limit) throws InterruptedException {
                return engine.drain(limit);
            }

            @Override
            public void close() {
                engine.close();
            }
        };
    }
}
