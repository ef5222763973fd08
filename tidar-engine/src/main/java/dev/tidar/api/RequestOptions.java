package dev.tidar.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The options that are set for a request. Immutable. Values are checked when a request is made of them, or by
 * {@link #check}.
 *
 * @param values by option, of the type of the option
 */
public record RequestOptions(Map<RequestOption<?>, Object> values) {

    public static final RequestOptions NONE = new RequestOptions(Map.of());

    public RequestOptions {
        values = Map.copyOf(values);
    }

    /** The value of an option; empty if it is not set. */
    @SuppressWarnings("unchecked") // with(..) puts values of the option's type in
    public <T> Optional<T> get(RequestOption<T> option) {
        return Optional.ofNullable((T) values.get(option));
    }

    public <T> RequestOptions with(RequestOption<T> option, T value) {
        var changed = new HashMap<>(values);
        changed.put(option, value);
        return new RequestOptions(changed);
    }

    public RequestOptions without(RequestOption<?>... options) {
        var changed = new HashMap<>(values);
        List.of(options).forEach(changed::remove);
        return new RequestOptions(changed);
    }

    /** These options, and those of the others that are not set here. */
    public RequestOptions orElse(RequestOptions others) {
        var all = new HashMap<>(others.values);
        all.putAll(values);
        return new RequestOptions(all);
    }

    /** As {@link #orElse}, except that a format here replaces any format of the others. */
    public RequestOptions orDefaults(RequestOptions others) {
        return orElse(
                formats().isEmpty() ? others : others.without(RequestOption.FORMATS.toArray(RequestOption<?>[]::new)));
    }

    /** The options among {@link RequestOption#FORMATS} that are set. */
    public List<RequestOption<?>> formats() {
        return RequestOption.FORMATS.stream().filter(values::containsKey).toList();
    }

    /**
     * Checks each value by itself.
     *
     * @throws InvalidRequestException that begins with the name of the first option that is out of range
     */
    public void check() {
        RequestOption.ALL.forEach(this::check);
    }

    private <T> void check(RequestOption<T> option) {
        get(option).ifPresent(option::check);
    }

    /**
     * A request with these options, to which more may be added.
     *
     * @throws InvalidRequestException that begins with the name of the first option that is out of range
     */
    public GenerationRequest.Builder request(Prompt prompt) {
        if (formats().size() > 1) {
            throw new InvalidRequestException("%s must not be set together: an answer keeps to one format"
                    .formatted(formats().stream().map(RequestOption::name).collect(Collectors.joining(" and "))));
        }
        GenerationRequest.Builder request = GenerationRequest.builder(prompt);
        RequestOption.ALL.forEach(option -> set(request, option));
        return request;
    }

    private <T> void set(GenerationRequest.Builder request, RequestOption<T> option) {
        get(option).ifPresent(value -> option.set(request, value));
    }
}
