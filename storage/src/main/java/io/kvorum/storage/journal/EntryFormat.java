package io.kvorum.storage.journal;

/** The bytes of an entry. */
final class EntryFormat {
    static final int PAGE_BYTES = 4096;

    private EntryFormat() {}
}
