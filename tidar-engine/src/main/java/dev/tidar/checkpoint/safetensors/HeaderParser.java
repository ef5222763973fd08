package dev.tidar.checkpoint.safetensors;

import dev.tidar.api.InvalidModelException;
import dev.tidar.file.Problem;
import dev.tidar.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Parses the JSON of one safetensors header, tensor by tensor. Each entry is checked in itself, but not yet against the
 * file.
 */
final class HeaderParser {

    private static final int MAX_DIMENSIONS = 16;

    private final Path file;
    private final JsonParser json;
    private final long dataStart;
    private final Map<String, TensorEntry> tensors = new LinkedHashMap<>();

    HeaderParser(Path file, byte[] header) {
        this.file = file;
        this.json = Json.parser(header);
        this.dataStart = SafetensorsHeader.LENGTH_BYTES + (long) header.length;
    }

    Map<String, TensorEntry> parse() {
        try (json) {
            json.nextToken();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("__metadata__")) {
                    skipMetadata();
                } else {
                    add(name);
                }
            }
            if (json.nextToken() != null) {
                throw Problem.corrupt(file, "header must be one JSON object, but more follows it");
            }
            return tensors;
        } catch (JacksonException e) {
            throw Problem.corrupt(file, "header is %s", Json.describe(e));
        }
    }

    private void skipMetadata() {
        requireObject("__metadata__");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw Problem.corrupt(file, "__metadata__.%s must be a string, but is %s", key, json.getString());
            }
        }
    }

    private void add(String name) {
        if (tensors.size() == SafetensorsHeader.MAX_TENSORS) {
            throw Problem.corrupt(file, "header must name at most %d tensors", SafetensorsHeader.MAX_TENSORS);
        }
        if (name.isEmpty() || name.codePoints().anyMatch(Character::isISOControl)) {
            throw Problem.corrupt(file, "tensor names must be visible characters, but one is \"%s\"", name);
        }
        requireObject(name);
        Optional<ElementType> type = Optional.empty();
        Optional<List<Long>> shape = Optional.empty();
        Optional<List<Long>> offsets = Optional.empty();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "dtype" -> type = Optional.of(type(name));
                case "shape" -> shape = Optional.of(numbers(name, key));
                case "data_offsets" -> offsets = Optional.of(numbers(name, key));
                default ->
                    throw Problem.corrupt(
                            file, "tensor %s has the field %s; allowed are dtype, shape and data_offsets", name, key);
            }
        }
        tensors.put(
                name,
                entry(
                        name,
                        type.orElseThrow(() -> missing(name, "dtype")),
                        shape.orElseThrow(() -> missing(name, "shape")),
                        offsets.orElseThrow(() -> missing(name, "data_offsets"))));
    }

    private TensorEntry entry(String name, ElementType type, List<Long> shape, List<Long> offsets) {
        if (offsets.size() != 2) {
            throw Problem.corrupt(
                    file, "data_offsets of tensor %s must be two numbers, but are %d", name, offsets.size());
        }
        long begin = offsets.get(0);
        long end = offsets.get(1);
        if (begin > end) {
            throw Problem.corrupt(
                    file, "data_offsets of tensor %s must not decrease, but are [%d, %d]", name, begin, end);
        }
        long needed = bytes(name, type, shape);
        if (needed != end - begin) {
            throw Problem.corrupt(
                    file,
                    "tensor %s of type %s and shape %s needs %d bytes, but data_offsets [%d, %d] hold %d",
                    name,
                    type,
                    shape,
                    needed,
                    begin,
                    end,
                    end - begin);
        }
        try {
            return new TensorEntry(name, type, shape, Math.addExact(dataStart, begin), Math.addExact(dataStart, end));
        } catch (ArithmeticException e) {
            throw Problem.corrupt(file, "data_offsets of tensor %s overflow: [%d, %d]", name, begin, end);
        }
    }

    private long bytes(String name, ElementType type, List<Long> shape) {
        long bits = type.bits();
        try {
            for (long dimension : shape) {
                bits = Math.multiplyExact(bits, dimension);
            }
        } catch (ArithmeticException e) {
            throw Problem.corrupt(file, "shape of tensor %s overflows: %s", name, shape);
        }
        if (bits % Byte.SIZE != 0) {
            throw Problem.corrupt(
                    file, "tensor %s of type %s and shape %s must end on a whole byte", name, type, shape);
        }
        return bits / Byte.SIZE;
    }

    private ElementType type(String name) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw Problem.corrupt(file, "dtype of tensor %s must be a string, but is %s", name, json.getString());
        }
        String found = json.getString();
        return ElementType.named(found)
                .orElseThrow(() -> Problem.corrupt(
                        file,
                        "dtype of tensor %s must be one of %s, but is %s",
                        name,
                        List.of(ElementType.values()),
                        found));
    }

    private List<Long> numbers(String name, String key) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw Problem.corrupt(file, "%s of tensor %s must be a list, but is %s", key, name, json.getString());
        }
        List<Long> numbers = new ArrayList<>(2);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (numbers.size() == MAX_DIMENSIONS) {
                throw Problem.corrupt(file, "%s of tensor %s must have at most %d numbers", key, name, MAX_DIMENSIONS);
            }
            numbers.add(number(name, key));
        }
        return numbers;
    }

    private long number(String name, String key) {
        String found = json.getString();
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || found.startsWith("-")) {
            throw Problem.corrupt(
                    file, "%s of tensor %s must hold whole numbers from 0, but one is %s", key, name, found);
        }
        if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw Problem.corrupt(file, "%s of tensor %s overflows: %s", key, name, found);
        }
        return json.getLongValue();
    }

    private void requireObject(String key) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw Problem.corrupt(file, "%s in the header must be an object, but is %s", key, json.getString());
        }
    }

    private InvalidModelException missing(String name, String key) {
        return Problem.corrupt(file, "tensor %s has no %s", name, key);
    }
}
