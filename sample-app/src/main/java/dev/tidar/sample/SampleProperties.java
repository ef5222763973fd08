package dev.tidar.sample;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What a server needs that strangers can reach.
 *
 * @param allowedHosts names under which the application is reached, beside localhost, the name of this machine and all
 *     IP addresses; {@code *} allows every name
 * @param headTime how long a client may take for the first line and the headers of a request
 * @param bodyTime how long it may take for the body
 * @param writeTime how long it may leave what was sent to it unread, before the connection is closed
 */
@ConfigurationProperties("sample")
record SampleProperties(
        @DefaultValue List<String> allowedHosts,
        @DefaultValue("10s") Duration headTime,
        @DefaultValue("30s") Duration bodyTime,
        @DefaultValue("30s") Duration writeTime) {

    SampleProperties {
        allowedHosts = List.copyOf(allowedHosts);
        requirePositive("sample.head-time", headTime);
        requirePositive("sample.body-time", bodyTime);
        requirePositive("sample.write-time", writeTime);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("%s must be above 0, but is %s".formatted(name, value));
        }
    }
}
