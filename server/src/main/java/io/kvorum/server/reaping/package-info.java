/**
 * What is dead for long goes from all owners' copies, when all agree and nothing older can come any more; and version
 * vectors that have grown long are truncated with it (docs/reaping.md).
 */
@NullMarked
package io.kvorum.server.reaping;

import org.jspecify.annotations.NullMarked;
