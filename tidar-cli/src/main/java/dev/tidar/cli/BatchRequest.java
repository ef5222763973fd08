package dev.tidar.cli;

import dev.tidar.api.GenerationRequest;
import tools.jackson.databind.JsonNode;

/**
 * One line of a file of requests.
 *
 * @param id what its result is known by, a text or a number, as the line wrote it
 * @param request what the line asks for
 */
record BatchRequest(JsonNode id, GenerationRequest request) {}
