package dev.tidar.cli;

import dev.tidar.api.InvalidRequestException;
import dev.tidar.api.RequestOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads the requests of a batch, all of them before any is answered. */
final class RequestFile {

    private RequestFile() {}

    /**
     * The requests of a file of JSON lines; blank lines count as lines and are skipped.
     *
     * @param file name of the file; {@code -} is standard input
     * @param defaults options that a line does not set
     * @throws InvalidRequestException naming file and line, if a line is not a request
     */
    static List<BatchRequest> read(String file, RequestOptions defaults) {
        String name = file.equals("-") ? "standard input" : file;
        List<String> lines = TextLines.of("--requests", file);
        List<BatchRequest> requests = new ArrayList<>();
        Map<JsonNode, Integer> lineOfId = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                int line = i + 1;
                BatchRequest request = parse(lines.get(i), "%s, line %d".formatted(name, line), defaults);
                Integer before = lineOfId.putIfAbsent(request.id(), line);
                if (before != null) {
                    throw new InvalidRequestException("%s, line %d: id must be unique, but line %d has %s already"
                            .formatted(name, line, before, request.id()));
                }
                requests.add(request);
            }
        }
        if (requests.isEmpty()) {
            throw new InvalidRequestException(name + " must have at least one request, but has none");
        }
        return requests;
    }

    private static BatchRequest parse(String line, String place, RequestOptions defaults) {
        try {
            return RequestLine.parse(line).request(defaults);
        } catch (InvalidRequestException e) {
            throw new InvalidRequestException(place + ": " + e.getMessage(), e);
        }
    }
}
