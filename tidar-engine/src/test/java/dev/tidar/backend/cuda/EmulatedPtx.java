package dev.tidar.backend.cuda;

import dev.tidar.backend.cuda.EmulatedGpu.Engine;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The emulated driver runs the PTX that it is given while the tests of a class run. */
final class EmulatedPtx implements BeforeAllCallback, AfterAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        EmulatedGpu.engine(Engine.PTX);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        EmulatedGpu.engine(Engine.BY_ENVIRONMENT);
    }
}
