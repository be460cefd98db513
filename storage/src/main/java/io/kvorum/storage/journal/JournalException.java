package io.kvorum.storage.journal;

import java.io.IOException;

/** A journal that cannot be used as it stands; the message names the file and says what can be done. */
public class JournalException extends IOException {
    private static final long serialVersionUID = 1;

    /** Says what is wrong, with which file, and what to do. */
    public JournalException(String message) {
        super(message);
    }
}
