package io.kvorum.storage.engine;

import io.kvorum.storage.disk.Background;
import io.kvorum.storage.table.PartitionTable;

/**
 * Keeps memory within its bound by leaving stubs of records that are read least. A hand goes round over all copies, and
 * each time it passes half of a record's reads are forgotten; one without any loses its values, which the checkpoint has
 * (LFU by a sample with ageing, as Redis's, but with a hand in place of chance, so that none is passed over).
 *
 * <p>Asked from any thread; works on the checkpoint thread, a few thousand slots at a time.
 */
final class Evictor implements Pressure {
    private static final int SLOTS_A_LOCK = 256;
    private static final int SLOTS_A_STEP = 16 * 1024;

    /** A read count is at most 7: after four rounds there is nothing that was not looked at cold. */
    private static final int ROUNDS_MAX = 4;

    private final Usage usage;
    private final Background thread;
    private final Runnable hurry;
    private PartitionCopy[] copies = {};
    private volatile boolean asked;

    /** Whether all that could go is gone, and memory is short still. */
    private volatile boolean exhausted;

    /** Whether the last rounds found nothing that could go: until a checkpoint there is nothing to look for. */
    private volatile boolean fruitless;

    private int partition;
    private long cursor;
    private int roundsLeft;
    private boolean freed;

    /** Whether a checkpoint was completed since the last rounds in vain. */
    private volatile boolean seenClean;

    /**
     * Joins the parts.
     *
     * @param hurry begins a checkpoint: what is newer than that cannot go
     */
    Evictor(Usage usage, Background thread, Runnable hurry) {
        this.usage = usage;
        this.thread = thread;
        this.hurry = hurry;
    }

    /** What it works on; once, before it is asked. */
    void start(PartitionCopy[] all) {
        copies = all;
        grown();
    }

    @Override
    public long refusal() {
        if (!fruitless) {
            ask();
        }
        return exhausted ? StorageEngine.REFUSED_MEMORY : StorageEngine.REFUSED_BUSY;
    }

    @Override
    public void grown() {
        if (!asked && !fruitless && usage.isVeryShort()) {
            ask();
        }
    }

    /** A part of a checkpoint was committed: more may go than before. */
    void committed() {
        fruitless = false;
        grown();
    }

    /** A checkpoint was completed: once more in vain, and nothing can go. */
    void checkpointed() {
        if (fruitless) {
            // What is refused meanwhile is refused as before.
            seenClean = true;
        }
        committed();
    }

    private void ask() {
        if (!asked) {
            asked = true;
            thread.execute(this::begin);
        }
    }

    private void begin() {
        roundsLeft = ROUNDS_MAX;
        freed = false;
        step();
    }

    private void step() {
        boolean failed = true;
        try {
            lookOn();
            failed = false;
        } finally {
            if (failed) {
                // Whoever asks next goes on behind what cannot be looked at.
                nextPartition();
                asked = false;
            }
        }
    }

    private void lookOn() {
        long before = usage.bytes();
        for (int looked = 0; looked < SLOTS_A_STEP && usage.isShort() && roundsLeft > 0; looked += SLOTS_A_LOCK) {
            cursor = copies[partition].cool(cursor, SLOTS_A_LOCK);
            if (cursor == PartitionTable.SCAN_DONE) {
                nextPartition();
            }
        }
        if (usage.bytes() < before) {
            freed = true;
            seenClean = false;
            exhausted = false;
        }
        if (!usage.isShort()) {
            asked = false;
        } else if (roundsLeft > 0) {
            thread.execute(this::step);
        } else {
            fruitless = !freed;
            exhausted = fruitless && (seenClean || usage.dirty() == 0);
            asked = false;
            if (usage.dirty() > 0) {
                hurry.run();
            }
        }
    }

    private void nextPartition() {
        cursor = 0;
        partition++;
        if (partition == copies.length) {
            partition = 0;
            roundsLeft--;
        }
    }
}
