package dev.tidar.decode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Reads the arrays of a golden; a reader of its own, so that the product's is not its own judge. */
record SafetensorsFixture(JsonNode header, ByteBuffer data) {

    static SafetensorsFixture read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int length = (int) bytes.getLong();
            byte[] header = new byte[length];
            bytes.get(header);
            return new SafetensorsFixture(
                    new ObjectMapper().readTree(new String(header, StandardCharsets.UTF_8)),
                    bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    float[] floats(String name) {
        float[] values = new float[range(name, "F32").remaining() / 4];
        range(name, "F32").asFloatBuffer().get(values);
        return values;
    }

    long[] longs(String name) {
        long[] values = new long[range(name, "I64").remaining() / 8];
        range(name, "I64").asLongBuffer().get(values);
        return values;
    }

    private ByteBuffer range(String name, String dtype) {
        JsonNode tensor = header.get(name);
        if (!tensor.get("dtype").asString().equals(dtype)) {
            throw new IllegalArgumentException(name + " is " + tensor.get("dtype"));
        }
        int from = tensor.get("data_offsets").get(0).asInt();
        int to = tensor.get("data_offsets").get(1).asInt();
        return data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
    }
}
