package dev.tidar.openai;

import dev.tidar.openai.error.ApiError;
import dev.tidar.openai.error.ApiException;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The models that clients can name. Immutable. */
public final class ServedModels {

    private final List<ServedModel> models;

    public ServedModels(List<ServedModel> models) {
        this.models = List.copyOf(models);
    }

    /**
     * The model of this name.
     *
     * @throws ApiException 404, if there is none
     */
    ServedModel named(String id) {
        return models.stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ApiException(ApiError.rejected(
                        404,
                        "model",
                        "model_not_found",
                        "model must be one of %s, but is another"
                                .formatted(models.stream().map(ServedModel::id).toList()))));
    }

    /** The answer to {@code GET /models}. */
    public Reply list() {
        ObjectNode list = JsonMapper.shared().createObjectNode();
        list.put("object", "list");
        ArrayNode data = list.putArray("data");
        models.forEach(model -> data.add(model.json()));
        return Reply.ok(list.toString());
    }

    /** The answer to {@code GET /models/ID}. */
    public Reply one(String id) {
        try {
            return Reply.ok(named(id).json().toString());
        } catch (ApiException e) {
            return Reply.of(e.error());
        }
    }
}
