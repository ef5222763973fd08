package dev.tidar.backend.jni;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** Needs native kernels; the test is reported as skipped where there are none for this system and processor. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
        value = "dev.tidar.backend.jni.WithNativeKernels$Condition#isMet",
        disabledReason = "there are no native kernels for this system and processor")
public @interface WithNativeKernels {

    /** Whether the library runs here. One that is there and cannot be used fails the tests instead of skipping them. */
    final class Condition {

        private Condition() {}

        public static boolean isMet() {
            NativeLibrary.Outcome library = NativeLibrary.outcome();
            return library.level().isPresent() || library.isRepairable();
        }
    }
}
