package dev.tidar.openai.request;

import tools.jackson.databind.JsonNode;

/** What becomes of the fields of OpenAI's API that this server does not honour. */
final class OtherFields {

    /** Fields that change nothing in an answer, and that clients send as a matter of course. */
    private static final String[] IGNORED = {
        "user",
        "metadata",
        "store",
        "service_tier",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "prediction"
    };

    private OtherFields() {}

    /** Rejects by name what is left of a request once everything else was read. */
    static void check(JsonFields fields) {
        fields.ignore(IGNORED);
        fields.reject("n", OtherFields::isOne, "must be 1: an answer has one choice here; send the request again");
        fields.reject("functions", JsonNode::isEmpty, "must be left out: describe functions in tools");
        fields.reject("function_call", node -> false, "must be left out: use tool_choice");
        fields.reject(
                "modalities",
                node -> node.size() == 1
                        && node.get(0).isString()
                        && "text".equals(node.get(0).stringValue()),
                "must be [\"text\"]: this server writes text only");
        fields.reject("audio", node -> false, "must be left out: this server writes text only");
        fields.reject("web_search_options", node -> false, "must be left out: this server searches nothing");
        fields.reject("verbosity", node -> false, "must be left out: say in the prompt how long the answer shall be");
        fields.rejectOthers();
    }

    private static boolean isOne(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToInt() && node.intValue() == 1;
    }
}
