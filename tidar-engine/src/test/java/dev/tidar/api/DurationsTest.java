package dev.tidar.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Durations")
class DurationsTest {

    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    @Test
    void thatCanBeCountedStayAsTheyAre() {
        for (Duration time : new Duration[] {Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(90_000), LONGEST}) {
            assertThat(Durations.saturated(time)).isEqualTo(time);
            assertThat(Durations.nanos(time)).isEqualTo(time.toNanos());
        }
    }

    @Test
    void thatAreLongerCountAsTheLongestOfTheirSign() {
        assertThat(Durations.nanos(FOREVER)).isEqualTo(Long.MAX_VALUE);
        assertThat(Durations.nanos(LONGEST.plusNanos(1))).isEqualTo(Long.MAX_VALUE);
        assertThat(Durations.nanos(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void areSaturatedInEveryOption() {
        Limits limits = Limits.builder()
                .maxQueueWait(FOREVER)
                .maxRequestTime(FOREVER)
                .maxStep(FOREVER)
                .stallWarning(FOREVER)
                .stallLimit(FOREVER)
                .build();
        assertThat(limits.maxQueueWait()).isEqualTo(LONGEST);
        assertThat(limits.maxRequestTime()).contains(LONGEST);
        assertThat(limits.maxStep()).isEqualTo(LONGEST);
        assertThat(limits.stallWarning()).isEqualTo(LONGEST);
        assertThat(limits.stallLimit()).isEqualTo(LONGEST);
        assertThat(KvCacheOptions.DEFAULT.withExpireAfter(FOREVER).expireAfter())
                .isEqualTo(LONGEST);
        assertThat(GenerationRequest.builder(new Prompt.Text("a"))
                        .timeout(FOREVER)
                        .build()
                        .timeout())
                .contains(LONGEST);
    }
}
