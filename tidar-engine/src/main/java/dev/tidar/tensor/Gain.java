package dev.tidar.tensor;

/** A learned vector on a device, the scale of a norm. */
public interface Gain {

    int length();
}
