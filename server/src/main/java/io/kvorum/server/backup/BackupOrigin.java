package io.kvorum.server.backup;

import io.kvorum.ring.Ring;
import io.kvorum.ring.history.History;
import io.kvorum.ring.history.RingFold;
import io.kvorum.server.membership.Founded;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.StampClock;
import java.util.List;
import java.util.UUID;

/**
 * What a backup is made of.
 *
 * @param founded whose node
 * @param engine the node's copies, started
 * @param stamps the node's clock
 * @param version of the software
 * @param graceMillis how long what was deleted is remembered
 */
public record BackupOrigin(Founded founded, StorageEngine engine, StampClock stamps, String version, long graceMillis) {
    /** The manifest of what was read, with the history as it is now. */
    Manifest manifest(
            UUID backupId, long beginStamp, long endStamp, List<PartitionDigest> digests, List<DataFile> files) {
        History history = founded.historyOnDisk();
        Ring ring = RingFold.fold(history).orElse(founded.ring());
        return new Manifest(
                backupId,
                version,
                founded.nodeId(),
                founded.nodeName(),
                founded.clusterId(),
                ring.clusterName(),
                ring.n(),
                ring.partitioner().name(),
                graceMillis,
                beginStamp,
                endStamp,
                history,
                digests,
                files);
    }
}
