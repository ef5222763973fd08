package dev.tidar.backend.cuda;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test on the emulated GPU: the driver library of {@code kernels/target/emulated}, built from the sources of the
 * kernels. Skipped, with the reason, where that was not built; {@code -Dtidar.test.emulated-gpu=required} makes it fail
 * there.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("emulated-gpu")
@ExtendWith(EmulatedGpu.class)
public @interface EmulatedGpuTest {}
