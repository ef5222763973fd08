package dev.tidar.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.WeightFormat;
import dev.tidar.backend.Backend;
import dev.tidar.backend.MemoryCount.Need;
import dev.tidar.backend.cpu.KernelChoice;
import dev.tidar.checkpoint.Checkpoint;
import dev.tidar.checkpoint.ModelConfig;
import dev.tidar.checkpoint.Overrides;
import dev.tidar.decode.TestModel;
import dev.tidar.tensor.DType;
import dev.tidar.tensor.KvGeometry;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The heap that a network needs")
class MemoryNeedTest {

    private static final int ROWS = 100;

    @ParameterizedTest
    @EnumSource(WeightFormat.class)
    void isWhatLoadingItTakes(WeightFormat format) throws IllegalAccessException {
        try (Checkpoint checkpoint = Checkpoint.open(
                        TestModel.folder("models/stories260k-tidar"),
                        new Overrides(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), false));
                Backend backend = Backend.onCpu(format, 1, KernelChoice.vector())) {
            ModelConfig config = checkpoint.config();
            var geometry = new KvGeometry(config.numLayers(), config.numKvHeads(), config.headDim(), 16, DType.F32);

            Need need = TidarModelLoader.need(checkpoint, backend, geometry, ROWS);

            TidarTransformer network =
                    TidarModelLoader.load(checkpoint, backend, backend.allocateKv(geometry, 1), 64, ROWS, part -> {});
            long rotary = heapBytes(field(field(network, "weights"), "rotary"));
            assertThat(need.weights() + need.adapters())
                    .isCloseTo(heapBytes(field(network, "weights")) - rotary, Percentage.withPercentage(1));
            assertThat(need.activations()).isCloseTo(heapBytes(field(network, "work")), Percentage.withPercentage(1));
            assertThat(need.kvBlock()).isEqualTo(heapBytes(field(network, "kv")));
            assertThat(64 * need.perPosition()).isGreaterThanOrEqualTo(rotary - 32);
        }
    }

    private static Object field(Object owner, String name) throws IllegalAccessException {
        for (Field field : owner.getClass().getDeclaredFields()) {
            if (field.getName().equals(name)) {
                field.setAccessible(true);
                return field.get(owner);
            }
        }
        throw new AssertionError(name);
    }

    /** The bytes of all arrays of numbers that can be reached, each counted once, with a header of 16 bytes. */
    private static long heapBytes(Object root) throws IllegalAccessException {
        return heapBytes(root, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static long heapBytes(Object at, Set<Object> seen) throws IllegalAccessException {
        if (at == null || !seen.add(at)) {
            return 0;
        }
        if (at.getClass().isArray() && at.getClass().getComponentType().isPrimitive()) {
            int size = at instanceof byte[] ? 1 : 4;
            return Array.getLength(at) == 0 ? 0 : (16L + (long) size * Array.getLength(at) + 7) / 8 * 8;
        }
        long bytes = 0;
        if (at instanceof Collection<?> many) {
            for (Object one : many) {
                bytes += heapBytes(one, seen);
            }
        } else if (at instanceof Optional<?> one) {
            bytes += heapBytes(one.orElse(null), seen);
        } else if (at.getClass().getName().startsWith("dev.tidar")
                && !at.getClass().isEnum()) {
            for (Class<?> type = at.getClass(); type != Object.class; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())
                            && !field.getType().isPrimitive()) {
                        field.setAccessible(true);
                        bytes += heapBytes(field.get(at), seen);
                    }
                }
            }
        }
        return bytes;
    }
}
