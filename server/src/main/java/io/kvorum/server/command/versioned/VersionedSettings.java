package io.kvorum.server.command.versioned;

/**
 * What commands on versions need to know of the cluster.
 *
 * @param r how many owners a read hears where nothing else is asked for
 * @param w how many owners hold a write before its answer where nothing else is asked for
 * @param dw how many owners have it on disk before its answer where nothing else is asked for
 * @param driftMaxMillis how far ahead of this node's clock another's may be: what a context names beyond it, nobody made
 */
public record VersionedSettings(int r, int w, int dw, long driftMaxMillis) {}
