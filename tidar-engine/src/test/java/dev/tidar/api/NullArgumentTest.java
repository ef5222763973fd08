package dev.tidar.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A null argument")
class NullArgumentTest {

    /** Every setter of a builder that takes an object. */
    static Stream<Method> setters() {
        return Stream.of(
                        GenerationRequest.Builder.class,
                        EngineOptions.Builder.class,
                        Limits.Builder.class,
                        Sampling.Builder.class)
                .flatMap(builder -> Arrays.stream(builder.getDeclaredMethods()))
                .filter(method -> java.lang.reflect.Modifier.isPublic(method.getModifiers()))
                .filter(method -> method.getParameterCount() == 1 && !method.getParameterTypes()[0].isPrimitive());
    }

    private static Object builder(Class<?> type) {
        if (type == GenerationRequest.Builder.class) {
            return GenerationRequest.builder(new Prompt.Text("a"));
        }
        if (type == EngineOptions.Builder.class) {
            return EngineOptions.builder(Path.of("model"));
        }
        return type == Limits.Builder.class ? Limits.builder() : Sampling.DEFAULT.toBuilder();
    }

    @ParameterizedTest
    @MethodSource("setters")
    void isRejectedBeforeAnythingIsBuilt(Method setter) {
        Throwable failure = catchThrowable(() -> {
            try {
                Object builder = setter.invoke(builder(setter.getDeclaringClass()), new Object[] {null});
                builder.getClass().getMethod("build").invoke(builder);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });

        assertThat(failure).isInstanceOf(NullPointerException.class);
    }
}
