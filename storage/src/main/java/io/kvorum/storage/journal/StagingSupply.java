package io.kvorum.storage.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the staging, and a larger one when an entry does not fit. Owned by the background thread, before that by the one
 * that opens.
 */
final class StagingSupply {
    private final StagingFile file;
    private final Tail tail;
    private final int usualBytes;
    private StagingFile.@Nullable Preparation preparation;
    private boolean failed;

    /** Written by the owner, read by all. */
    private volatile @Nullable String problem;

    private volatile int bytes;

    StagingSupply(StagingFile file, Tail tail, int usualBytes) {
        this.file = file;
        this.tail = tail;
        this.usualBytes = usualBytes;
    }

    /** What could not be made and will be tried again; null if nothing. */
    @Nullable
    String problem() {
        return problem;
    }

    /** Bytes of the file. */
    long bytes() {
        return bytes;
    }

    /**
     * Takes the staging of an earlier life, of which nothing is needed any more, or makes one if it is not as large as it
     * should be. On a full disk one of another size will do; without any there is none until there is room.
     *
     * @param end where the entries of that life end, all of them durable in their segments
     */
    void begin(@Nullable StagingHeader found, long end) throws IOException {
        if (found == null || found.bytes() != usualBytes) {
            while (isPreparing() && !step()) {
                // a part at a time
            }
            if (!failed && exchange(end)) {
                file.forceName();
            }
        }
        if (found != null && tail.staging() == null) {
            take(file.reuse(found, end), found.bytes());
        }
    }

    private void take(Staging staging, int size) throws IOException {
        Staging before = tail.exchange(staging);
        bytes = size;
        if (before != null) {
            before.close();
        }
    }

    /** Whether {@link #step} has more to do. */
    boolean isPreparing() {
        return preparation != null || (!failed && tail.neededStagingBytes() > 0);
    }

    /** Does a part of what there is to make; returns true when it is ready for {@link #exchange}. */
    boolean step() {
        if (!isPreparing()) {
            return false;
        }
        if (preparation == null) {
            preparation = file.prepare(tail.neededStagingBytes());
        }
        try {
            return preparation.step();
        } catch (IOException | InternalError failure) {
            giveUp(preparation, failure);
            return false;
        }
    }

    /** Stages in the new one from now on, and returns whether that was possible; everything that was staged is in its segment, and nothing is appended. */
    boolean exchange(long durable) {
        StagingFile.Preparation made = preparation;
        if (made == null) {
            return false;
        }
        try {
            take(made.finish(durable), made.bytes());
            preparation = null;
            problem = null;
            return true;
        } catch (IOException | InternalError failure) {
            giveUp(made, failure);
            return false;
        }
    }

    /**
     * Stages in a new file if the device cannot give all of the old one: every use of it would fail the journal again.
     * What was in the old one alone is given up; nothing is appended meanwhile.
     *
     * @throws IOException if no new one can be made, and the old one is all there is
     */
    void renewIfDamaged(long durable) throws IOException {
        Staging staging = tail.staging();
        if (staging == null || staging.isReadable()) {
            return;
        }
        cancel();
        StagingFile.Preparation next = file.prepare(staging.bytes());
        preparation = next;
        try {
            while (!next.step()) {
                // a part at a time
            }
            take(next.finish(durable), next.bytes());
            preparation = null;
            file.forceName();
        } catch (InternalError deviceFailed) {
            throw new IOException(
                    "making journal file " + file.path() + ": " + deviceFailed.getMessage(), deviceFailed);
        }
    }

    private void cancel() throws IOException {
        StagingFile.Preparation half = preparation;
        preparation = null;
        if (half != null) {
            half.abandon();
        }
    }

    private void giveUp(StagingFile.Preparation half, Throwable failure) {
        preparation = null;
        failed = true;
        tail.cannotStage(half.bytes());
        String told = "making journal file " + file.path() + ": " + failure.getMessage();
        try {
            half.abandon();
        } catch (IOException alsoFailed) {
            told += ", and taking it away: " + alsoFailed.getMessage();
        }
        problem = told;
    }

    /** Lets what failed be tried again. */
    void retry() {
        failed = false;
    }

    void close() throws IOException {
        try {
            cancel();
        } finally {
            Staging staging = tail.staging();
            if (staging != null) {
                staging.close();
            }
        }
    }
}
