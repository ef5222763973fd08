package dev.tidar.api;

import java.util.OptionalInt;

/**
 * The device that an engine is to compute on.
 *
 * @param kind kind of device
 * @param ordinal number of the GPU as the driver counts; empty is the first that can be used
 */
public record Device(Kind kind, OptionalInt ordinal) {

    /** The first GPU that can be used, else the CPU. */
    public static final Device AUTO = new Device(Kind.AUTO, OptionalInt.empty());

    public static final Device CPU = new Device(Kind.CPU, OptionalInt.empty());

    /** The first GPU that can be used. */
    public static final Device CUDA = new Device(Kind.CUDA, OptionalInt.empty());

    private static final String CUDA_PREFIX = "cuda:";

    /** Kinds of devices that a user may choose. */
    public enum Kind {
        AUTO,
        CPU,
        CUDA
    }

    public Device {
        if (ordinal.isPresent() && (kind != Kind.CUDA || ordinal.getAsInt() < 0)) {
            throw new IllegalArgumentException(
                    "only GPUs are numbered, from 0, but %s has %d".formatted(kind, ordinal.getAsInt()));
        }
    }

    /**
     * A device as users write it: {@code auto}, {@code cpu}, {@code cuda}, or {@code cuda:1}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static Device of(String text) {
        switch (text) {
            case "auto":
                return AUTO;
            case "cpu":
                return CPU;
            case "cuda":
                return CUDA;
            default:
                if (text.matches(CUDA_PREFIX + "\\d{1,4}")) {
                    int ordinal = Integer.parseInt(text.substring(CUDA_PREFIX.length()));
                    return new Device(Kind.CUDA, OptionalInt.of(ordinal));
                }
                throw new IllegalArgumentException(
                        "must be auto, cpu, cuda, or cuda: and the number of a GPU, but is " + text);
        }
    }

    /** As users write it. */
    @Override
    public String toString() {
        return switch (kind) {
            case AUTO -> "auto";
            case CPU -> "cpu";
            case CUDA -> ordinal.isPresent() ? CUDA_PREFIX + ordinal.getAsInt() : "cuda";
        };
    }
}
