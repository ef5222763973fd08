package dev.tidar.checkpoint.safetensors;

import static dev.tidar.checkpoint.Rejection.assertRejected;
import static dev.tidar.checkpoint.safetensors.SafetensorsBytes.entry;
import static dev.tidar.checkpoint.safetensors.SafetensorsBytes.file;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidar.api.InvalidModelException.Fault;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A safetensors header")
class SafetensorsHeaderTest {

    private static final byte[] NONE = {};
    private static final String LONG_NAME = "n".repeat(1 << 20);

    @TempDir
    Path folder;

    record Bad(String row, byte[] bytes, Fault fault, String... words) {

        @Override
        public String toString() {
            return row;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"lengths", "json", "fields", "layouts"})
    void isRejected(Bad bad) {
        assertRejected(bad.fault(), () -> read(bad.bytes()), bad.words());
    }

    static Stream<Bad> lengths() {
        byte[] swapped = file("{}", new byte[0]);
        return Stream.of(
                corrupt("A1 of an empty file", NONE, "header missing: 0 of 8 bytes"),
                corrupt("A2 of a file with 7 bytes", new byte[7], "header missing: 7 of 8 bytes"),
                corrupt("A3 of length 0", file(0, NONE, NONE), "header empty"),
                corrupt(
                        "A4 above the limit",
                        file(100_000_001, bytes("{}"), NONE),
                        "header too large",
                        "limit 100,000,000"),
                corrupt(
                        "A5 of length 2^63",
                        file(Long.MIN_VALUE, bytes("{}"), NONE),
                        "9223372036854775808",
                        "too large"),
                corrupt(
                        "A6 longer than its file",
                        file(1000, bytes("{}"), NONE),
                        "header runs past end of file",
                        "1000",
                        "10"),
                corrupt(
                        "A37 with a big-endian length",
                        ByteBuffer.wrap(swapped).putLong(0, swapped.length - 8L).array(),
                        "little-endian"));
    }

    static Stream<Bad> json() {
        String good = entry("w", "I8", new long[] {1}, 0, 1);
        byte[] notUtf8 = bytes("{\"a?\":1}");
        notUtf8[3] = (byte) 0xff;
        return Stream.of(
                corrupt("A7 that is not UTF-8", file(notUtf8.length, notUtf8, NONE), "UTF-8", "byte 3"),
                corrupt("A8 that is not JSON", file("{\n\"w\" 1}", NONE), "line 2", "column"),
                corrupt("A8 that is cut in the middle", file("{" + good.substring(0, 20), NONE), "line 1", "column"),
                corrupt("A9 that is an array", file("[]", NONE), "must start with {", "["),
                corrupt("A9 that starts with a space", file(" {}", NONE), "must start with {"),
                corrupt(
                        "A10 nested 100,000 deep",
                        file("{\"a\":" + "[".repeat(100_000), NONE),
                        "a in the header must be an object"),
                corrupt(
                        "A10 nested 100,000 deep in a tensor",
                        file("{\"a\":{\"shape\":" + "[".repeat(100_000), NONE),
                        "shape"),
                corrupt(
                        "A11 with a tensor twice",
                        file("{" + good + "," + good + "}", new byte[1]),
                        "Duplicate",
                        "\"w\""),
                corrupt(
                        "A11 with a field twice",
                        file("{\"w\":{\"dtype\":\"I8\",\"dtype\":\"I8\"}}", NONE),
                        "Duplicate",
                        "dtype"),
                corrupt(
                        "A12 with a number in its metadata",
                        file("{\"__metadata__\":{\"step\":7}}", NONE),
                        "__metadata__.step",
                        "string"),
                corrupt(
                        "A12 with an object in its metadata",
                        file("{\"__metadata__\":{\"m\":{}}}", NONE),
                        "__metadata__.m",
                        "string"),
                corrupt("A12 with a list as metadata", file("{\"__metadata__\":[]}", NONE), "__metadata__", "object"),
                corrupt(
                        "A24 with a second object behind it",
                        file("{" + good + "}{}", new byte[1]),
                        "one JSON object"));
    }

    static Stream<Bad> fields() {
        return Stream.of(
                tensor(
                        "A13 with an unknown dtype",
                        "\"dtype\":\"F128\",\"shape\":[1],\"data_offsets\":[0,16]",
                        "F128",
                        "BF16"),
                tensor(
                        "A13 with a dtype in lower case",
                        "\"dtype\":\"f32\",\"shape\":[1],\"data_offsets\":[0,4]",
                        "f32",
                        "F32"),
                tensor(
                        "A13 with a number as dtype",
                        "\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,4]",
                        "dtype",
                        "string"),
                tensor("A15 without shape", "\"dtype\":\"F32\",\"data_offsets\":[0,4]", "w has no shape"),
                tensor("A15 without dtype", "\"shape\":[1],\"data_offsets\":[0,4]", "w has no dtype"),
                tensor("A15 without data_offsets", "\"dtype\":\"F32\",\"shape\":[1]", "w has no data_offsets"),
                shape("A16 with a negative dimension", "[-1]", "shape", "-1"),
                shape("A16 with a fractional dimension", "[1.5]", "shape", "1.5"),
                shape("A16 with an exponent", "[1e3]", "shape", "1e3"),
                shape("A16 with a string", "[\"4\"]", "shape", "4"),
                shape("A16 with null", "[null]", "shape", "null"),
                shape("A16 with a number for a list", "4", "shape", "list"),
                shape(
                        "A16 with more dimensions than any tensor has",
                        "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
                        "at most 16"),
                shape("A17 whose shape overflows", "[4294967296,4294967296]", "overflow"),
                shape("A17 with a dimension above 2^63", "[18446744073709551616]", "overflow"),
                shape("A18 whose shape needs other bytes", "[3]", "12", "4"),
                offsets("A19 whose range is reversed", "[4,0]", "must not decrease", "[4, 0]"),
                offsets("A20 whose range starts below 0", "[-4,0]", "data_offsets", "-4"),
                offsets("A20 whose range has one end", "[0]", "two numbers"),
                offsets("A21 whose range overflows", "[9223372036854775803,9223372036854775807]", "overflow"),
                tensor("A15 with a field that no tensor has", "\"dtype\":\"F32\",\"size\":4", "size", "allowed"));
    }

    static Stream<Bad> layouts() {
        String twoBytes = entry("a", "I8", new long[] {2}, 0, 2);
        String million = IntStream.range(0, 1_000_000)
                .mapToObj(i -> "\"t" + i + "\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]}")
                .collect(Collectors.joining(",", "{", "}"));
        return Stream.of(
                corrupt(
                        "A21 of a tensor behind the end",
                        file("{" + twoBytes + "}", new byte[1]),
                        "tensor a",
                        "the file has"),
                corrupt(
                        "A22 of tensors that overlap",
                        file("{" + twoBytes + "," + entry("b", "I8", new long[] {2}, 1, 3) + "}", new byte[3]),
                        "a and b overlap"),
                corrupt(
                        "A23 of tensors with a hole between",
                        file("{" + twoBytes + "," + entry("b", "I8", new long[] {2}, 3, 5) + "}", new byte[5]),
                        "1 bytes between a and b"),
                corrupt(
                        "A24 with bytes behind the last tensor",
                        file("{" + twoBytes + "}", bytes("12PK\3\4")),
                        "4 bytes follow",
                        "a"),
                corrupt("A30 of a million empty tensors", file(million, NONE), "at most 200000 tensors"),
                corrupt(
                        "A31 with a name of 1 MB",
                        file("{" + entry(LONG_NAME, "I8", new long[] {1}, 0, 1) + "}", NONE),
                        "length"),
                corrupt("A31 with NUL in a name", named("a\\u0000b"), "\\u0000"),
                corrupt("A31 with a newline in a name", named("a\\nb"), "\\u000a"),
                corrupt("A31 with a terminal escape in a name", named("\\u001b[2J"), "\\u001b[2J"));
    }

    @Test
    void givesNameTypeShapeAndPlaceOfEachTensor() {
        byte[] bytes = file(
                "{" + entry("a", "BF16", new long[] {2, 3}, 0, 12) + "," + entry("scalar", "F32", new long[0], 12, 16)
                        + "}",
                new byte[16]);
        int data = bytes.length - 16;

        var tensors = read(bytes);

        assertThat(tensors.get("a"))
                .isEqualTo(new TensorEntry("a", ElementType.BF16, List.of(2L, 3L), data, data + 12));
        assertThat(tensors.get("scalar").elements()).isEqualTo(1);
    }

    @Test
    void mayEndInSpacesAndNameEmptyTensors() {
        byte[] bytes = file("{" + entry("none", "F32", new long[] {0, 4}, 0, 0) + "}      ", NONE);

        assertThat(read(bytes).get("none").bytes()).isZero();
    }

    private Map<String, TensorEntry> read(byte[] bytes) {
        Path file = folder.resolve("model.safetensors");
        SafetensorsBytes.write(file, bytes);
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return opened.tensors();
        }
    }

    private static Bad corrupt(String row, byte[] bytes, String... words) {
        return new Bad(row, bytes, Fault.CORRUPT, words);
    }

    private static Bad tensor(String row, String fields, String... words) {
        return corrupt(row, file("{\"w\":{" + fields + "}}", new byte[4]), words);
    }

    private static Bad shape(String row, String shape, String... words) {
        return tensor(row, "\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[0,4]", words);
    }

    private static Bad offsets(String row, String offsets, String... words) {
        return tensor(row, "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":" + offsets, words);
    }

    private static byte[] named(String jsonName) {
        return file("{" + entry(jsonName, "I8", new long[] {1}, 0, 1) + "}", new byte[1]);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String pad(String header, int length) {
        return header + " ".repeat(length - header.length());
    }
}
