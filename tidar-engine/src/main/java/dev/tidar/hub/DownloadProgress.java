package dev.tidar.hub;

import dev.tidar.hub.HubClient.RemoteFile;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Reports how far the download of a model is, by bytes, and not more often than every five seconds. */
final class DownloadProgress {

    static final long INTERVAL_NANOS = 5_000_000_000L;

    private final ModelHub.Stages stages;
    private final LongSupplier nanoTime;
    private final long total;
    private long before;
    private long next;

    /**
     * @param total bytes of all files that are to be downloaded
     * @param nanoTime a monotonic clock
     */
    DownloadProgress(ModelHub.Stages stages, long total, LongSupplier nanoTime) {
        this.stages = stages;
        this.total = total;
        this.nanoTime = nanoTime;
        this.next = nanoTime.getAsLong();
    }

    /** So many bytes of this file are here, and all bytes of those before it. */
    void at(RemoteFile file, long bytes) {
        long now = nanoTime.getAsLong();
        if (now - next < 0) {
            return;
        }
        next = now + INTERVAL_NANOS;
        long here = Math.min(total, before + bytes);
        stages.begin(
                "downloading %s, %s of %s".formatted(file.name(), size(here), size(total)),
                total == 0 ? 1 : (double) here / total);
    }

    /** This file is here; what follows is of others. */
    void completed(RemoteFile file) {
        before += file.size();
    }

    /** A number of bytes as people write it. */
    static String size(long bytes) {
        if (bytes >= 1_000_000_000L) {
            return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
        }
        return bytes >= 1_000_000 ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6) : bytes + " bytes";
    }
}
