package io.kvorum.storage.journal;

/** When what was appended is forced to the device without anybody asking. Asking forces at once under each of them. */
public enum SyncPolicy {
    /** After each append; those that come during one force share the next. */
    ALWAYS,
    /** Each second, if something was appended. */
    EVERY_SECOND,
    /** Only when asked. */
    NEVER
}
