package dev.tidar.backend.cuda;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** An {@link EmulatedGpuTest} for which the emulated driver executes the PTX that ships, not the kernels' sources. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@EmulatedGpuTest
@ExtendWith(EmulatedPtx.class)
public @interface EmulatedPtxTest {}
