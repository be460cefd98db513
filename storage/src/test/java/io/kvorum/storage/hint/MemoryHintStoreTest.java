package io.kvorum.storage.hint;

import io.kvorum.storage.version.VersionObserver;
import org.jspecify.annotations.Nullable;

final class MemoryHintStoreTest extends HintStoreContract {
    @Override
    HintStore open() {
        return new MemoryHintStore(BYTES_MAX, VersionObserver.NONE);
    }

    @Override
    @Nullable
    HintStore reopen() {
        return null;
    }

    @Override
    void settle() {}
}
