/** What COMMAND tells of commands beyond what is needed to run them: their arguments, how long they take, what they do to keys. */
@NullMarked
package io.kvorum.server.command.manual;

import org.jspecify.annotations.NullMarked;
