package dev.tidar.sample.extract;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidar.api.ClosedByLimit;
import dev.tidar.spring.TidarMetadata;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.springframework.ai.chat.client.ResponseEntity;
import org.springframework.ai.chat.model.ChatResponse;

/**
 * A record that a text was read into.
 *
 * @param form which one
 * @param entity the record
 * @param closedByLimit the place from which on the limit on tokens, and not the model, wrote it; missing where it is
 *     the model's own
 * @param tokens tokens of the answer
 */
record Extraction(
        String form,
        Object entity,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Place> closedByLimit,
        int tokens) {

    /**
     * A place in the answer.
     *
     * @param part what the model was writing: {@code text}, or {@code thoughts} before it
     * @param pointer JSON pointer of the value that it was writing; empty for the record as a whole
     * @param characters length of the part before the place
     */
    record Place(String part, String pointer, int characters) {

        static Place of(ClosedByLimit place) {
            return new Place(place.part().name().toLowerCase(Locale.ROOT), place.pointer(), place.characters());
        }
    }

    static Extraction of(Form form, ResponseEntity<ChatResponse, ?> answer) {
        ChatResponse response = Objects.requireNonNull(answer.response(), "response");
        ClosedByLimit place = Objects.requireNonNull(response.getResult(), "result")
                .getMetadata()
                .get(TidarMetadata.CLOSED_BY_LIMIT);
        return new Extraction(
                form.word(),
                Objects.requireNonNull(answer.entity(), "entity"),
                Optional.ofNullable(place).map(Place::of),
                response.getMetadata().getUsage().getCompletionTokens());
    }
}
