package dev.tidar.hub;

import dev.tidar.api.HubException;
import dev.tidar.api.HubException.Fault;
import dev.tidar.api.HubModel;
import dev.tidar.api.HubOptions;
import dev.tidar.api.HubToken;
import dev.tidar.api.PullModelStrategy;
import dev.tidar.file.FileNames;
import dev.tidar.hub.HubCache.Disk;
import dev.tidar.hub.HubClient.Listing;
import dev.tidar.hub.HubClient.RemoteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds models by name: in the cache of the Hugging Face library, or at a hub, from which their files are downloaded
 * into the cache.
 */
public final class ModelHub {

    private static final Logger log = LoggerFactory.getLogger(ModelHub.class);

    /** Is told how far a download is. */
    public interface Stages {

        /**
         * A stage of the download begins, or a part of it.
         *
         * @param stage what is done, for a log line
         * @param part the part of the download that is done, in [0, 1]
         */
        void begin(String stage, double part);
    }

    private final HubOptions options;
    private final Stages stages;
    private final LongSupplier nanoTime;
    private final Stop stop;
    private final Disk disk;

    /**
     * @param stopped whether nobody needs the model any more, which ends a download
     * @param nanoTime a monotonic clock
     */
    public ModelHub(HubOptions options, BooleanSupplier stopped, Stages stages, LongSupplier nanoTime) {
        this(options, stages, nanoTime, new Stop(stopped), Disk.REAL);
    }

    ModelHub(HubOptions options, Stages stages, LongSupplier nanoTime, Stop stop, Disk disk) {
        this.options = options;
        this.stages = stages;
        this.nanoTime = nanoTime;
        this.stop = stop;
        this.disk = disk;
    }

    /**
     * Returns the folder of a model, with all files that the engine needs.
     *
     * @throws HubException if it is not there and cannot be downloaded
     * @throws dev.tidar.api.InvalidModelException if the repository holds no model that the engine could read
     * @throws dev.tidar.api.EngineClosedException if nobody needs the model any more
     */
    public Path folder(HubModel model) {
        HubCache cache = new HubCache(root(model), model, disk);
        boolean mayAsk = !options.offline() && options.pullModelStrategy() != PullModelStrategy.NEVER;
        if (mayAsk && options.pullModelStrategy() == PullModelStrategy.ALWAYS) {
            return download(model, cache, new Retries(options.maxRetries(), stop));
        }
        Optional<String> commit = cache.commit();
        Optional<String> whole = commit.filter(cache::isWhole);
        if (whole.isPresent()) {
            return cache.snapshot(whole.get());
        }
        Optional<String> usable = commit.filter(cache::isUsable);
        return mayAsk
                ? whole(model, cache, usable)
                : usable.map(cache::snapshot).orElseThrow(() -> notCached(model));
    }

    /** @param usable the commit of which the cache has what an engine cannot do without */
    private Path whole(HubModel model, HubCache cache, Optional<String> usable) {
        if (usable.isEmpty()) {
            return download(model, cache, new Retries(options.maxRetries(), stop));
        }
        String commit = usable.get();
        try { // somebody else has downloaded it, perhaps without its adapter: the hub knows what belongs to it
            return download(new HubModel(model.repository(), commit), cache, new Retries(0, stop));
        } catch (HubException e) {
            log.warn(
                    "{} is taken from the cache as it is; whether files are missing could not be found out: {}",
                    model,
                    e.getMessage());
            return cache.snapshot(commit);
        }
    }

    private Path download(HubModel asked, HubCache cache, Retries retries) {
        Optional<HubToken> token = options.token().or(this::storedToken);
        HubClient client =
                new HubClient(new Transport(options, token, stop), asked, options.endpoint(), token.isPresent());
        Listing listing = retries.call(client::listing);
        String commit = listing.commit();
        Optional<Path> index = Optional.empty();
        if (NeededFiles.hasShards(listing.files()::contains)) {
            fetch(client, cache, commit, List.of(FileNames.SHARD_INDEX), asked, retries);
            index = Optional.of(cache.snapshot(commit).resolve(FileNames.SHARD_INDEX));
        }
        List<String> needed = NeededFiles.of(asked, listing.files(), index);
        boolean fetched = fetch(client, cache, commit, needed, asked, retries);
        try {
            cache.setWhole(commit, needed);
        } catch (HubException e) {
            if (fetched) {
                throw e;
            }
            log.debug("The cache is read-only, so the hub is asked again next time", e);
        }
        return cache.snapshot(commit);
    }

    /** Downloads those of the files that the snapshot lacks; returns whether it lacked any. */
    private boolean fetch(
            HubClient client, HubCache cache, String commit, List<String> names, HubModel model, Retries retries) {
        List<RemoteFile> missing = new ArrayList<>();
        for (String name : names) {
            if (!cache.has(commit, name)) {
                missing.add(retries.call(() -> client.file(commit, name)));
            }
        }
        if (missing.isEmpty()) {
            return false;
        }
        long total = missing.stream().mapToLong(RemoteFile::size).sum();
        requireRoom(model, cache, missing);
        log.info(
                "Downloading {} files of {} at {}, {}, into {}",
                missing.size(),
                model,
                commit,
                DownloadProgress.size(total),
                cache.snapshot(commit));
        var progress = new DownloadProgress(stages, total, nanoTime);
        for (RemoteFile file : missing) {
            retries.progressed();
            new Download(client, cache, commit, file, progress, retries).run(stop);
        }
        return true;
    }

    private void requireRoom(HubModel model, HubCache cache, List<RemoteFile> files) {
        long needed = files.stream()
                .filter(file -> !cache.hasBlob(file))
                .mapToLong(file -> file.size() - cache.partialBytes(file.hash()))
                .sum();
        long free = cache.freeBytes();
        if (needed > free) {
            throw new HubException(
                    Fault.CACHE,
                    "%s needs %s more on the disk of the cache %s, which has %s free; free some, or choose another cache"
                                    .formatted(
                                            model,
                                            DownloadProgress.size(needed),
                                            root(model),
                                            DownloadProgress.size(free))
                            + " (HF_HUB_CACHE)");
        }
    }

    private Path root(HubModel model) {
        return options.cache()
                .orElseThrow(() -> new HubException(
                        Fault.CACHE,
                        "%s needs a cache: set HF_HUB_CACHE to a folder, because there is no home folder for one"
                                .formatted(model)));
    }

    private HubException notCached(HubModel model) {
        String reason = options.offline()
                ? "nothing may be downloaded offline (HF_HUB_OFFLINE)"
                : "nothing is downloaded with the strategy never";
        return new HubException(
                Fault.NOT_CACHED,
                "%s is not in the cache %s, and %s; download it once, or name another cache (HF_HUB_CACHE)"
                        .formatted(model, root(model), reason));
    }

    /** The token that the Hugging Face command line has stored. */
    private Optional<HubToken> storedToken() {
        Optional<Path> file = options.tokenFile().filter(Files::isRegularFile);
        try {
            return file.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Files.readString(file.get()).strip())
                            .filter(text -> !text.isEmpty())
                            .map(HubToken::new);
        } catch (IOException | IllegalArgumentException e) {
            throw new HubException(
                    Fault.NO_ACCESS,
                    "the token file %s cannot be used: it must be readable and hold one token; correct or remove it"
                            .formatted(file.orElseThrow()),
                    e instanceof IOException ? e : null,
                    Optional.empty());
        }
    }
}
