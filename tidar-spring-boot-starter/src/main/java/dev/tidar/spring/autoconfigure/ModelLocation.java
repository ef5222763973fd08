package dev.tidar.spring.autoconfigure;

import dev.tidar.api.HubModel;
import dev.tidar.api.InvalidModelException;
import dev.tidar.api.InvalidModelException.Fault;
import dev.tidar.api.ModelSource;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ResourceUtils;
import org.springframework.util.StringUtils;

/**
 * Where {@code tidar.model} or {@code tidar.draft-model} points: a path, a folder on the class path, or, for the
 * former, a name on a hub.
 *
 * <p>A folder of class files is used in place. Files inside a jar cannot be mapped into memory, so a folder there is
 * unpacked once; it has to list its files in {@value #LISTING}, because the entries of a jar cannot be listed through a
 * class loader.
 *
 * @param value the property as the user wrote it
 * @param property its name
 */
record ModelLocation(String value, String property) {

    static final String LISTING = "SHA256SUMS";

    private static final String CONFIG = "config.json";

    /** Where {@code tidar.model} points. */
    ModelLocation(String value) {
        this(value, "tidar.model");
    }

    /**
     * What the engine can load: a model by name as it is, else a folder. A name is looked up when it is loaded.
     *
     * @throws IllegalArgumentException if it is meant as a name, but cannot be one
     */
    ModelSource source(ResourceLoader resources, ModelCache cache) {
        return HubModel.isName(value) ? named() : new ModelSource.Folder(resolve(resources, cache));
    }

    private ModelSource named() {
        try {
            return HubModel.of(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tidar.model: " + e.getMessage(), e);
        }
    }

    /**
     * The folder that the engine can load.
     *
     * @throws InvalidModelException if the class path has no such folder, or a folder inside a jar has no valid listing
     * @throws ModelCacheException if it cannot be unpacked
     */
    Path resolve(ResourceLoader resources, ModelCache cache) {
        if (!value.startsWith(ResourceUtils.CLASSPATH_URL_PREFIX)) {
            return path();
        }
        String folder = StringUtils.trimTrailingCharacter(value, '/') + '/';
        Resource config = resources.getResource(folder + CONFIG);
        if (!config.exists()) {
            throw new InvalidModelException(
                    Fault.INCOMPLETE,
                    "%s must be a folder with %s on the class path, but there is none".formatted(value, CONFIG));
        }
        if (config.isFile()) {
            return inPlace(config);
        }
        var manifest = ModelManifest.read(resources.getResource(folder + LISTING), value);
        return cache.unpack(manifest, name(folder), file -> resources.getResource(folder + file));
    }

    private Path path() {
        try {
            return value.startsWith(ResourceUtils.FILE_URL_PREFIX)
                    ? Path.of(ResourceUtils.toURI(value))
                    : Path.of(value);
        } catch (InvalidPathException | java.net.URISyntaxException e) {
            throw new IllegalArgumentException(
                    "%s must be a path or a location that starts with classpath:%s, but is %s"
                            .formatted(
                                    property,
                                    property.equals("tidar.model") ? ", or a name that starts with hf:" : "",
                                    value),
                    e);
        }
    }

    private Path inPlace(Resource config) {
        try {
            return config.getFile().toPath().resolveSibling("").toAbsolutePath();
        } catch (IOException e) {
            throw new InvalidModelException(Fault.INCOMPLETE, value + " cannot be found on disk", e);
        }
    }

    private static String name(String folder) {
        String path = folder.substring(0, folder.length() - 1);
        return path.substring(Math.max(path.lastIndexOf('/'), path.indexOf(':')) + 1);
    }
}
