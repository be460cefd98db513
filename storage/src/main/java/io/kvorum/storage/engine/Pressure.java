package io.kvorum.storage.engine;

/** What happens when memory is short. Called under the locks of copies. */
interface Pressure {
    /** Nothing can be done about it: what takes more is refused. */
    Pressure NONE = new Pressure() {
        @Override
        public long refusal() {
            return StorageEngine.REFUSED_MEMORY;
        }

        @Override
        public void grown() {}
    };

    /** How a change that does not fit is refused. */
    long refusal();

    /** Something took more memory. */
    void grown();
}
