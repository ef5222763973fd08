package dev.tidar.sample.extract;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.tidar.api.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The records that a text can be read into. */
enum Form {
    CONTACT(Contact.class, "the name, company, email and phone of the person"),
    APPOINTMENT(Appointment.class, "the title, day, time, place and people of the appointment"),
    PRODUCT(Product.class, "the name, price, currency and features of the product");

    private final Class<?> type;
    private final String fields;

    Form(Class<?> type, String fields) {
        this.type = type;
        this.fields = fields;
    }

    // Without an order of their own, fields would be written in that of the alphabet, and the limit would cut another
    // one.

    @JsonPropertyOrder({"name", "company", "email", "phone"})
    record Contact(String name, String company, String email, String phone) {}

    @JsonPropertyOrder({"title", "day", "time", "place", "people"})
    record Appointment(String title, String day, String time, String place, List<String> people) {}

    @JsonPropertyOrder({"name", "price", "currency", "features"})
    record Product(String name, double price, String currency, List<String> features) {}

    Class<?> type() {
        return type;
    }

    /** The schema constrains the answer and is no part of the prompt, so the prompt has to say what the fields mean. */
    String question(String text) {
        return "Text: %s\n\nCopy from the text %s, as JSON.".formatted(text, fields);
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws InvalidRequestException naming the forms, if this is none */
    static Form of(String word) {
        return Arrays.stream(values())
                .filter(form -> form.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("form must be one of %s, but is %s"
                        .formatted(Arrays.stream(values()).map(Form::word).collect(Collectors.joining(", ")), word)));
    }
}
