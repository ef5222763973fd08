package dev.tidar.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tidar.api.HubException;
import dev.tidar.api.HubException.Fault;
import dev.tidar.api.HubModel;
import dev.tidar.json.Json;
import dev.tidar.json.Quoted;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The part of the Hugging Face hub's HTTP interface that a download needs: which files a revision has
 * ({@code /api/models/ID/revision/REVISION}), and the files ({@code /ID/resolve/COMMIT/FILE}), whose headers
 * {@code X-Linked-Etag} and {@code X-Linked-Size} (large files) or {@code ETag} and {@code Content-Length} give hash
 * and size.
 */
final class HubClient {

    /**
     * The files of a model at one commit.
     *
     * @param commit 40 hexadecimal digits
     * @param files paths in the repository, with {@code /}
     */
    record Listing(String commit, Set<String> files) {
        Listing {
            files = Set.copyOf(files);
        }
    }

    /**
     * What the hub says of a file.
     *
     * @param name path in the repository, with {@code /}
     * @param size bytes
     */
    record RemoteFile(String name, ContentHash hash, long size) {}

    private static final int MAX_LISTING_BYTES = 32 << 20;

    private final Transport transport;
    private final HubModel model;
    private final HubRefusals refusals;
    private final String endpoint;

    HubClient(Transport transport, HubModel model, URI endpoint, boolean hasToken) {
        this.transport = transport;
        this.model = model;
        this.endpoint = endpoint.toString().replaceAll("/+$", "");
        this.refusals = new HubRefusals(model, this.endpoint, hasToken);
    }

    /** The files of the model at its revision, and the commit that this is now. */
    Listing listing() {
        URI address = URI.create(
                "%s/api/models/%s/revision/%s".formatted(endpoint, model.repository(), encoded(model.revision())));
        try (Answer answer = transport.get(address, Map.of())) {
            refusals.require(answer, "");
            return listing(answer.bytes(MAX_LISTING_BYTES));
        } catch (IOException e) {
            throw Transport.unreachable(address, e);
        }
    }

    /** What the hub says of a file. */
    RemoteFile file(String commit, String name) {
        try (Answer answer = transport.head(address(commit, name))) {
            boolean isElsewhere = answer.status() >= 300 && answer.status() < 400;
            if (!isElsewhere) {
                refusals.require(answer, name);
            }
            String found = answer.header("x-repo-commit").orElse(commit);
            if (!found.equals(commit)) {
                throw noHub("gives %s of another commit, %s".formatted(name, Quoted.of(found)));
            }
            String etag = answer.header("x-linked-etag")
                    .or(() -> isElsewhere ? Optional.empty() : answer.header("etag"))
                    .orElse("");
            ContentHash hash = ContentHash.ofEtag(etag)
                    .orElseThrow(() -> noHub("gives no hash of %s (ETag \"%s\")".formatted(name, Quoted.of(etag))));
            var size = answer.number("x-linked-size");
            if (size.isEmpty() && !isElsewhere) {
                size = answer.number("content-length");
            }
            return new RemoteFile(name, hash, size.orElseThrow(() -> noHub("gives no size of %s".formatted(name))));
        }
    }

    /**
     * The bytes of a file, from one of them on where the hub can; the status tells.
     *
     * @param from the first byte
     * @return an answer with status 200 (all bytes), 206 (those that were asked for) or 416 (there are none)
     */
    Answer open(String commit, String name, long from) {
        Map<String, String> range = from == 0 ? Map.of() : Map.of("Range", "bytes=%d-".formatted(from));
        Answer answer = transport.get(address(commit, name), range);
        try {
            if (answer.status() != 416 || from == 0) {
                refusals.require(answer, name);
            }
            return answer;
        } catch (HubException e) {
            answer.close();
            throw e;
        }
    }

    private Listing listing(byte[] bytes) {
        try {
            JsonNode root = Json.read(new String(bytes, UTF_8));
            String commit = root.path("sha").asString("");
            if (!HubCache.isCommit(commit)) {
                throw noHub("gives no commit (sha) of the revision");
            }
            if (HubCache.isCommit(model.revision()) && !commit.equals(model.revision())) {
                throw noHub("answers for another commit, " + commit);
            }
            Set<String> files = new TreeSet<>();
            for (JsonNode sibling : root.path("siblings").values()) {
                files.add(sibling.path("rfilename").asString(""));
            }
            return new Listing(commit, files);
        } catch (JacksonException e) {
            throw noHub("does not answer with JSON (%s)".formatted(Json.describe(e)));
        }
    }

    private HubException noHub(String what) {
        return new HubException(
                Fault.WRONG_ANSWER,
                "%s: %s %s, so it does not answer as a hub; check HF_ENDPOINT, and that no proxy or login page answers"
                        .formatted(model, endpoint, what));
    }

    private URI address(String commit, String name) {
        return URI.create("%s/%s/resolve/%s/%s".formatted(endpoint, model.repository(), commit, name));
    }

    private static String encoded(String revision) {
        return URLEncoder.encode(revision, UTF_8).replace("+", "%20");
    }
}
