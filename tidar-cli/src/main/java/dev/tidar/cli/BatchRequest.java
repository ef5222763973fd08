package dev.tidar.cli;

import dev.tidar.api.GenerationRequest;
import tools.jackson.databind.JsonNode;

/**
 * One line of a file of requests.
 *
 * @param id id of the line, which its result repeats: a text or a number
 * @param request the request that the line describes
 */
record BatchRequest(JsonNode id, GenerationRequest request) {}
