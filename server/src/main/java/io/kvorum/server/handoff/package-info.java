/**
 * Hinted handoff (Dynamo §4.6): what was kept for a node that was away flows to it when it is back. The state machine knows
 * neither a clock nor the network; the control thread owns it and its driver.
 */
@NullMarked
package io.kvorum.server.handoff;

import org.jspecify.annotations.NullMarked;
