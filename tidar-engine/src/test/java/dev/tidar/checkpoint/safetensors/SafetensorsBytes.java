package dev.tidar.checkpoint.safetensors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** Writes safetensors files byte by byte, good ones and bad ones. */
public final class SafetensorsBytes {

    private final Map<String, Stored> tensors = new LinkedHashMap<>();

    private record Stored(String dtype, long[] shape, byte[] data) {}

    public SafetensorsBytes add(String name, String dtype, long[] shape, byte[] data) {
        tensors.put(name, new Stored(dtype, shape, data));
        return this;
    }

    public SafetensorsBytes remove(String name) {
        tensors.remove(name);
        return this;
    }

    public SafetensorsBytes f32(String name, long[] shape, float... values) {
        return add(name, "F32", shape, f32(values));
    }

    /** A tensor whose values are all the same. */
    public SafetensorsBytes filled(String name, float value, long... shape) {
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        Arrays.fill(values, value);
        return f32(name, shape, values);
    }

    public byte[] build() {
        StringJoiner header = new StringJoiner(",", "{", "}");
        header.add("\"__metadata__\":{\"format\":\"pt\"}");
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            int begin = data.size();
            data.writeBytes(tensor.data());
            header.add(entry(name, tensor.dtype(), tensor.shape(), begin, data.size()));
        });
        return file(header.toString(), data.toByteArray());
    }

    public void write(Path file) {
        write(file, build());
    }

    public static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String entry(String name, String dtype, long[] shape, long begin, long end) {
        return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                .formatted(name, dtype, Arrays.toString(shape), begin, end);
    }

    /** A file with this header, padded with spaces to a multiple of 8, and this data section. */
    public static byte[] file(String header, byte[] data) {
        String padded = header + " ".repeat(Math.floorMod(-header.getBytes(UTF_8).length, 8));
        byte[] json = padded.getBytes(UTF_8);
        return file(json.length, json, data);
    }

    /** A file that claims this length of its header, whatever follows. */
    public static byte[] file(long headerLength, byte[] header, byte[] data) {
        return ByteBuffer.allocate(8 + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .put(header)
                .put(data)
                .array();
    }

    public static byte[] f32(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    public static byte[] shorts(int... bits) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * bits.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : bits) {
            bytes.putShort((short) value);
        }
        return bytes.array();
    }
}
