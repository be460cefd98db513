package io.kvorum.storage.engine;

/**
 * Where a copy notes a change before it makes it, under its lock: so the order of notes is the order of changes. Answers
 * with a ticket or a refusal, as {@link StorageEngine#update} does; after a refusal the change is not made.
 */
interface ChangeLog {
    /** Notes nothing. */
    ChangeLog NONE = new ChangeLog() {
        @Override
        public long record(int partition, byte[] record) {
            return 0;
        }

        @Override
        public long removal(int partition, byte[] record) {
            return 0;
        }

        @Override
        public long drop(int partition) {
            return 0;
        }

        @Override
        public long settled(int partition) {
            return 0;
        }

        @Override
        public long ticket() {
            return 0;
        }
    };

    /** This becomes the record of its key. */
    long record(int partition, byte[] record);

    /** The record of this one's key goes. */
    long removal(int partition, byte[] record);

    /** All records go. */
    long drop(int partition);

    /** The copy is settled. */
    long settled(int partition);

    /** The ticket of everything noted so far; of what may be lost, while anything is. */
    long ticket();
}
