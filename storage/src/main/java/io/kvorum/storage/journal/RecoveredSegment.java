package io.kvorum.storage.journal;

/**
 * A segment of the chain that a replay follows.
 *
 * @param found the file
 * @param header as read, or as the neighbours let it be guessed under salvage
 * @param limit where its entries end at the latest: where the next segment begins to count
 */
record RecoveredSegment(SegmentFiles.Found found, SegmentHeader header, long limit) {
    int offsetOf(long position) {
        return (int) (position - header.base());
    }

    long positionOf(int offset) {
        return header.base() + offset;
    }
}
