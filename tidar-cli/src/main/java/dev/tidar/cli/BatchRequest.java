package dev.tidar.cli;

import dev.tidar.api.GenerationRequest;
import tools.jackson.databind.JsonNode;

/**
 * One line of a file of requests.
 *
 * @param id id that its result has too: a text or a number, as in the line
 * @param request request that the line makes
 */
record BatchRequest(JsonNode id, GenerationRequest request) {}
