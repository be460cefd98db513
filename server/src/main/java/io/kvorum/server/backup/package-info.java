/**
 * Backup of one running node, and a new data directory made from it: {@code docs/backup.md} has the format and what it
 * promises. A backup runs on a thread of its own; a restore is a process of its own.
 */
@NullMarked
package io.kvorum.server.backup;

import org.jspecify.annotations.NullMarked;
