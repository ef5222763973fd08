package dev.tidar.hub;

/**
 * What the hub says of a file.
 *
 * @param name path in the repository, with {@code /}
 * @param size bytes
 */
record RemoteFile(String name, ContentHash hash, long size) {}
