package dev.tidar.spring.autoconfigure;

import dev.tidar.api.DeviceException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Advises on a device that cannot be used, or has too little memory. */
final class DeviceFailureAnalyzer extends AbstractFailureAnalyzer<DeviceException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DeviceException cause) {
        return new FailureAnalysis(
                "The device cannot run the model:%n%n    %s".formatted(cause.getMessage()),
                "Do what the message says first. If memory is short: raise the heap (-Xmx), or lower tidar.context-length or tidar.kv-cache.memory, or keep"
                        + " the weights smaller with tidar.weights=int8. To choose the device, set tidar.device; to use the CPU"
                        + " when a GPU cannot be used, set tidar.device-fallback=cpu.",
                cause);
    }
}
