package dev.tidar.openai.request;

import dev.tidar.spring.TidarChatOptions;

/** Reads {@code response_format}: every format is enforced by the grammar of the engine, strict or not. */
final class ResponseFormatReader {

    private static final String FIELD = "response_format";
    private static final String ANY_OBJECT = "{\"type\": \"object\"}";

    private ResponseFormatReader() {}

    static void read(JsonFields fields, TidarChatOptions.Builder options) {
        fields.object(FIELD).ifPresent(format -> {
            String type = format.required("type", format.text("type"));
            switch (type) {
                case "text" -> {}
                case "json_object" -> options.outputSchema(ANY_OBJECT);
                case "json_schema" -> options.outputSchema(schema(format));
                default ->
                    throw format.invalid("type", "must be text, json_object or json_schema, but is something else");
            }
            format.rejectOthers();
        });
    }

    private static String schema(JsonFields format) {
        JsonFields named = format.required("json_schema", format.object("json_schema"));
        named.required("name", named.text("name"));
        named.text("description");
        named.flag("strict");
        String schema = named.required("schema", named.anyObject("schema")).toString();
        named.rejectOthers();
        return schema;
    }
}
