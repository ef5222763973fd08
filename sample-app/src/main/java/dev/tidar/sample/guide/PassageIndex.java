package dev.tidar.sample.guide;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStore;

/**
 * A {@link SimpleVectorStore} that is kept in a file. The name of the file has a hash of the passages and of the model
 * that embedded them, so that a file is read only for what it was made of; one that cannot be read is made anew.
 */
final class PassageIndex {

    private static final Logger log = LoggerFactory.getLogger(PassageIndex.class);

    private static final String PREFIX = "guide-";
    private static final int HASH_CHARACTERS = 32;
    private static final Pattern INDEX = Pattern.compile(PREFIX + "[0-9a-f]{" + HASH_CHARACTERS + "}\\.json");

    private final Path folder;
    private final EmbeddingModel model;
    private final List<Document> passages;
    private final Path file;

    PassageIndex(Path folder, EmbeddingModel model, List<Document> passages) {
        this.folder = folder;
        this.model = model;
        this.passages = passages;
        this.file = folder.resolve("%s%s.json".formatted(PREFIX, hash()));
    }

    /** The file that the index is kept in. */
    Path file() {
        return file;
    }

    /** The index, from its file, or embedded now, which takes seconds. */
    VectorStore open() {
        if (Files.isRegularFile(file)) {
            var kept = new Kept(model);
            try {
                kept.load(file, ids());
                log.info("The index of the guide has {} passages, from {}", passages.size(), file);
                return kept;
            } catch (RuntimeException e) {
                log.warn("The index of the guide in {} cannot be used ({}) and is made anew", file, e.getMessage());
            }
        }
        return make();
    }

    private VectorStore make() {
        long begin = System.nanoTime();
        var made = new Kept(model);
        made.add(passages);
        log.info(
                "The index of the guide has {} passages, embedded in {} ms",
                passages.size(),
                Duration.ofNanos(System.nanoTime() - begin).toMillis());
        try {
            keep(made);
        } catch (IOException | RuntimeException e) { // the store wraps what goes wrong in its file
            log.warn(
                    "The index of the guide cannot be kept in {} ({}), so the next start makes it anew; set"
                            + " sample.retrieval.folder to a folder that can be written",
                    folder,
                    e.getMessage());
        }
        return made;
    }

    /** Under another name first, so that nobody finds half a file; indexes of what the guide said before go. */
    private void keep(Kept made) throws IOException {
        Files.createDirectories(folder);
        Path unfinished = Files.createTempFile(folder, PREFIX, ".part");
        try {
            made.save(unfinished.toFile());
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        try (DirectoryStream<Path> indexes = Files.newDirectoryStream(folder, PassageIndex::isIndex)) {
            for (Path index : indexes) {
                if (!index.equals(file)) {
                    Files.deleteIfExists(index);
                }
            }
        }
    }

    private static boolean isIndex(Path file) {
        return INDEX.matcher(file.getFileName().toString()).matches();
    }

    private Set<String> ids() {
        return passages.stream().map(Document::getId).collect(Collectors.toSet());
    }

    private String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(model.getClass().getName().getBytes(StandardCharsets.UTF_8));
            for (Document passage : passages) {
                digest.update((byte) 0);
                digest.update(passage.getId().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(String.valueOf(passage.getText()).getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A store that knows whether its file has what it should. */
    private static final class Kept extends SimpleVectorStore {

        Kept(EmbeddingModel model) {
            super(builder(model));
        }

        /** @throws RuntimeException if the file is no index of these passages by this model */
        void load(Path file, Set<String> ids) {
            load(file.toFile());
            if (store == null || !store.keySet().equals(ids)) {
                throw new IllegalStateException("it has other passages");
            }
            // compares every vector of the file with one of the model, so that another length shows here
            similaritySearch(SearchRequest.builder().query("guide").topK(1).build());
        }
    }
}
