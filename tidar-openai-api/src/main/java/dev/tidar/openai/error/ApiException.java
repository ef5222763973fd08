package dev.tidar.openai.error;

/** A request that is answered with an error. */
public final class ApiException extends RuntimeException {

    private final transient ApiError error;

    public ApiException(ApiError error) {
        super(error.message());
        this.error = error;
    }

    /** A field with a value that cannot be served. */
    public static ApiException invalid(String param, String message) {
        return new ApiException(ApiError.invalid(param, message));
    }

    public ApiError error() {
        return error;
    }
}
