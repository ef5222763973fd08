package dev.tidar.cli;

import java.io.PrintWriter;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One JSON object on one line, with keys in snake case. */
final class JsonOutput {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .build();

    private JsonOutput() {}

    /** The object as JSON, to which more may be added. */
    static ObjectNode toObject(Object object) {
        return JSON.valueToTree(object);
    }

    static void print(PrintWriter out, Object object) {
        out.println(JSON.writeValueAsString(object));
        out.flush();
    }
}
