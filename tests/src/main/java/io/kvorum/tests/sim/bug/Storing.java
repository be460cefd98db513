package io.kvorum.tests.sim.bug;

import io.kvorum.server.life.NodeStorage;
import io.kvorum.server.life.StorageMeans;
import io.kvorum.storage.checkpoint.CheckpointStore;
import io.kvorum.storage.disk.Disk;
import io.kvorum.storage.disk.DurableCallback;
import io.kvorum.storage.engine.Mutation;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.version.RecordBytes;
import io.kvorum.tests.sim.cluster.ForwardingEngine;
import io.kvorum.tests.sim.cluster.Sabotage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/** What durable storage may do wrong. */
final class Storing {
    private static final String LIFE = "life";

    /** Where the file of a life has its stage and whether it forced first, and what they may say. */
    private static final int STAGE_AT = 29;

    private static final int FORCED_AT = 31;
    private static final byte ENDED = 2;
    private static final byte YES = 1;
    private static final int CHECKSUM_BYTES = 4;

    private Storing() {}

    /** A write is acknowledged before it is forced, though it should not be. */
    static Sabotage unforced() {
        return new Sabotage() {
            @Override
            public StorageEngine engine(StorageEngine real) {
                return new ForwardingEngine(real) {
                    @Override
                    public void whenDurable(long ticket, DurableCallback callback) {
                        callback.complete(ticket, true);
                    }
                };
            }
        };
    }

    /** A node that was killed goes on as if it had been stopped. */
    static Sabotage endedInOrder() {
        return life(STAGE_AT, ENDED);
    }

    /** A node under which the power failed goes on as if it had been killed. */
    static Sabotage forcedAlways() {
        return life(FORCED_AT, YES);
    }

    /** A start takes no notice of the journal. */
    static Sabotage withoutReplay() {
        return disk(real -> new ForwardingDisk(real) {
            @Override
            public List<String> list(Path directory) {
                return List.of();
            }
        });
    }

    /** The checkpoint says that all is in it, and the journal is let go, one commit before it is. */
    static Sabotage early() {
        return store(Early::new);
    }

    /** A record is taken for put though it has changed since: the store keeps what it had, now and then. */
    static Sabotage stale() {
        return store(Stale::new);
    }

    /** A node that was once refused by its disk asks it no more. */
    static Sabotage failedForGood() {
        return new Sabotage() {
            @Override
            public StorageEngine engine(StorageEngine real) {
                return new ForwardingEngine(real) {
                    private boolean failed;

                    @Override
                    public long update(
                            int partition, long positionHigh, byte[] key, int offset, int length, Mutation mutation) {
                        long ticket = failed
                                ? REFUSED_DISK
                                : super.update(partition, positionHigh, key, offset, length, mutation);
                        failed |= ticket == REFUSED_DISK;
                        return ticket;
                    }
                };
            }
        };
    }

    private static Sabotage disk(UnaryOperator<Disk> tampering) {
        return new Sabotage() {
            @Override
            public Disk disk(Disk real) {
                return tampering.apply(real);
            }
        };
    }

    private static Sabotage store(UnaryOperator<CheckpointStore> tampering) {
        return new Sabotage() {
            @Override
            public StorageMeans means(StorageMeans real) {
                return new StorageMeans(
                        directory -> directory.endsWith(NodeStorage.HINTS)
                                ? real.stores().open(directory)
                                : tampering.apply(real.stores().open(directory)),
                        real.journalThread(),
                        real.writingThread(),
                        real.checkpointThread(),
                        real.hintThread(),
                        real.reading(),
                        real.loaders(),
                        real.endThreads());
            }
        };
    }

    /** What a start reads of the life before has another byte. */
    private static Sabotage life(int at, byte value) {
        return disk(real -> new ForwardingDisk(real) {
            @Override
            public byte[] readAll(Path file) throws IOException {
                byte[] bytes = super.readAll(file);
                if (String.valueOf(file.getFileName()).equals(LIFE)) {
                    bytes[at] = value;
                    CRC32C checksum = new CRC32C();
                    checksum.update(bytes, 0, bytes.length - CHECKSUM_BYTES);
                    ByteBuffer.wrap(bytes).putInt(bytes.length - CHECKSUM_BYTES, (int) checksum.getValue());
                }
                return bytes;
            }
        });
    }

    /** Each batch has the puts of the one before. */
    private static final class Early extends ForwardingStore {
        private List<Put> held = new ArrayList<>();

        private record Put(int partition, long positionHigh, byte[] record) {}

        Early(CheckpointStore store) {
            super(store);
        }

        @Override
        public Batch begin() throws IOException {
            Batch real = super.begin();
            List<Put> late = held;
            held = new ArrayList<>();
            for (Put put : late) {
                real.put(put.partition, put.positionHigh, put.record);
            }
            return new ForwardingBatch(real) {
                @Override
                public void put(int partition, long positionHigh, byte[] record) {
                    held.add(new Put(partition, positionHigh, record));
                }
            };
        }
    }

    private static final class Stale extends ForwardingStore {
        private static final int ONE_IN = 3;

        private int puts;

        Stale(CheckpointStore store) {
            super(store);
        }

        @Override
        public Batch begin() throws IOException {
            return new ForwardingBatch(super.begin()) {
                @Override
                public void put(int partition, long positionHigh, byte[] record) throws IOException {
                    byte[] key = RecordBytes.key(record);
                    boolean replaces = read(partition, positionHigh, key, 0, key.length) != null;
                    if (!replaces || ++puts % ONE_IN > 0) {
                        super.put(partition, positionHigh, record);
                    }
                }
            };
        }
    }
}
