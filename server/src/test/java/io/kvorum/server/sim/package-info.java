/** Three nodes in one thread, from a seed, under a network and machines that fail. Imports what it runs, and no Netty. */
@NullMarked
package io.kvorum.server.sim;

import org.jspecify.annotations.NullMarked;
