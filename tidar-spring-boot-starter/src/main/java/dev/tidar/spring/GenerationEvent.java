package dev.tidar.spring;

import io.micrometer.observation.Observation;
import java.util.Locale;

/** What happens to a request; an event of its observation, and so of its span. */
enum GenerationEvent implements Observation.Event {
    /** It was accepted and waits for its turn. */
    QUEUED,
    /** It waits no longer: its prefill begins. */
    STARTED,
    /** Its first token is there. */
    FIRST_TOKEN,
    /** It has ended, by itself or by a cancel. A failure is the error of the observation in its place. */
    FINISHED;

    @Override
    public String getName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }

    @Override
    public String getContextualName() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The same event at another time than now, in milliseconds since 1970. */
    Observation.Event at(long wallTime) {
        return Observation.Event.of(getName(), getContextualName(), wallTime);
    }
}
