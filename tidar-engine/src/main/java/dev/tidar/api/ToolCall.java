package dev.tidar.api;

/**
 * A call of a tool by the model.
 *
 * @param id id that the result refers to, 1 to {@value #MAX_ID_LENGTH} characters; ids that the engine makes have
 *     {@value #OWN_ID_LENGTH} letters and digits
 * @param name name of the tool
 * @param arguments JSON text of an object
 */
public record ToolCall(String id, String name, String arguments) {

    public static final int MAX_ID_LENGTH = 256;

    /** Length of the ids that the engine makes, which is the one that Mistral's templates require. */
    public static final int OWN_ID_LENGTH = 9;

    /** Length of the arguments at most, in characters. */
    public static final int MAX_ARGUMENTS_LENGTH = 1 << 18;

    public ToolCall {
        requireId(id);
        Tool.requireName("the tool name of a call", name);
        JsonText.requireObject("the arguments of a call of " + name, arguments, MAX_ARGUMENTS_LENGTH);
    }

    static void requireId(String id) {
        if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
            throw new InvalidRequestException("the id of a tool call must have 1 to %d characters, but has %d"
                    .formatted(MAX_ID_LENGTH, id.length()));
        }
    }
}
