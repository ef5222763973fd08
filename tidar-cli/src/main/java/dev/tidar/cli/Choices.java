package dev.tidar.cli;

import dev.tidar.api.Activations;
import dev.tidar.api.DecodeMode;
import dev.tidar.api.Decoding;
import dev.tidar.api.Device;
import dev.tidar.api.DeviceFallback;
import dev.tidar.api.Groups;
import dev.tidar.api.KvCacheOptions;
import dev.tidar.api.Limits;
import dev.tidar.api.Lookup;
import dev.tidar.api.ModelSource;
import dev.tidar.api.NativeKernels;
import dev.tidar.api.PullModelStrategy;
import dev.tidar.api.WeightFormat;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts texts to values of the flags that set how a model is loaded or measured. */
final class Choices {

    private Choices() {}

    /** A folder, or the name of a model on a hub. */
    static final class Model implements ITypeConverter<ModelSource> {
        @Override
        public ModelSource convert(String text) {
            try {
                return ModelSource.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    static final class Pull implements ITypeConverter<PullModelStrategy> {
        @Override
        public PullModelStrategy convert(String text) {
            return oneOf(PullModelStrategy.values(), text);
        }
    }

    static final class Weights implements ITypeConverter<WeightFormat> {
        @Override
        public WeightFormat convert(String text) {
            return oneOf(WeightFormat.values(), text);
        }
    }

    static final class Mode implements ITypeConverter<DecodeMode> {
        @Override
        public DecodeMode convert(String text) {
            return oneOf(DecodeMode.values(), text);
        }
    }

    static final class MaskRows implements ITypeConverter<Groups> {
        @Override
        public Groups convert(String text) {
            return oneOf(Groups.values(), text);
        }
    }

    static final class DeviceName implements ITypeConverter<Device> {
        @Override
        public Device convert(String text) {
            try {
                return Device.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    static final class ActivationType implements ITypeConverter<Activations> {
        @Override
        public Activations convert(String text) {
            return oneOf(Activations.values(), text);
        }
    }

    static final class Native implements ITypeConverter<NativeKernels> {
        @Override
        public NativeKernels convert(String text) {
            return oneOf(NativeKernels.values(), text);
        }
    }

    static final class LookupChoice implements ITypeConverter<Lookup> {
        @Override
        public Lookup convert(String text) {
            return oneOf(Lookup.values(), text);
        }
    }

    static final class Fallback implements ITypeConverter<DeviceFallback> {
        @Override
        public DeviceFallback convert(String text) {
            return oneOf(DeviceFallback.values(), text);
        }
    }

    static final class Positive implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return wholeNumber(text, 1, Integer.MAX_VALUE);
        }
    }

    static final class TokenId implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return wholeNumber(text, 0, Integer.MAX_VALUE);
        }
    }

    static final class DraftLength implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return wholeNumber(text, 2, Decoding.MAX_DRAFT_LENGTH);
        }
    }

    static final class PrefillChunk implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return wholeNumber(text, 1, Limits.LONGEST_CHUNK);
        }
    }

    static final class Concurrency implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return wholeNumber(text, 1, Limits.MAX_RUNNING);
        }
    }

    static final class KvType implements ITypeConverter<KvCacheOptions.Type> {
        @Override
        public KvCacheOptions.Type convert(String text) {
            return oneOf(KvCacheOptions.Type.values(), text);
        }
    }

    /** A switch as a word, because picocli inverts a boolean flag whose default is true. */
    enum Switch {
        ON,
        OFF
    }

    static final class OnOrOff implements ITypeConverter<Switch> {
        @Override
        public Switch convert(String text) {
            return oneOf(Switch.values(), text);
        }
    }

    /** Bytes: {@code 67108864}, {@code 65536KB} or {@code 64MB}. */
    static final class Size implements ITypeConverter<Long> {
        private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([KMG]?)B?", Pattern.CASE_INSENSITIVE);

        @Override
        public Long convert(String text) {
            Matcher size = SIZE.matcher(text);
            long number = size.matches() ? Long.parseLong(size.group(1)) : 0;
            long unit = size.matches() ? unit(size.group(2)) : 1;
            if (number < 1 || number > Long.MAX_VALUE / unit) {
                throw new TypeConversionException(
                        "must be a positive number of bytes, or one with KB, MB or GB, but is '%s'".formatted(text));
            }
            return number * unit;
        }

        private static long unit(String prefix) {
            return switch (prefix.toUpperCase(Locale.ROOT)) {
                case "K" -> 1L << 10;
                case "M" -> 1L << 20;
                case "G" -> 1L << 30;
                default -> 1;
            };
        }
    }

    static final class Share implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            String rule = "must be a number in (0, 1], but is '%s'".formatted(text);
            try {
                double share = Double.parseDouble(text);
                if (share > 0 && share <= 1) {
                    return share;
                }
            } catch (NumberFormatException e) {
                throw new TypeConversionException(rule);
            }
            throw new TypeConversionException(rule);
        }
    }

    static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("must be a whole number of 64 bits, but is " + text);
            }
        }
    }

    private static int wholeNumber(String text, int min, int max) {
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException(rule(text, min, max));
        }
        throw new TypeConversionException(rule(text, min, max));
    }

    private static String rule(String text, int min, int max) {
        String range = max == Integer.MAX_VALUE ? "of at least " + min : "in [%d, %d]".formatted(min, max);
        return "must be a whole number %s, but is '%s'".formatted(range, text);
    }

    private static <E extends Enum<E>> E oneOf(E[] values, String text) {
        return Arrays.stream(values)
                .filter(value -> asWritten(value).equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("must be one of %s, but is '%s'"
                        .formatted(
                                Arrays.stream(values).map(Choices::asWritten).collect(Collectors.joining(", ")),
                                text)));
    }

    /** A constant as the command line spells it: {@code single-pass}. */
    static String asWritten(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
