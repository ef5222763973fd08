package dev.tidar.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the cache asks of a file system that not every file system has; tests put others in its place. */
interface Disk {

    /** The file systems of this machine. */
    Disk REAL = new Disk() {
        @Override
        public void link(Path link, Path target) throws IOException {
            Files.createSymbolicLink(link, target);
        }

        @Override
        public long freeBytes(Path folder) throws IOException {
            return Files.getFileStore(folder).getUsableSpace();
        }
    };

    /**
     * Makes a symbolic link.
     *
     * @throws IOException if there can be none, for want of a privilege for instance
     * @throws UnsupportedOperationException if the file system has none
     */
    void link(Path link, Path target) throws IOException;

    long freeBytes(Path folder) throws IOException;
}
