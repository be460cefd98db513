/**
 * The operator's side of the membership: changes are worked out, looked at, and committed to the history as it was when they
 * were worked out; and the history is told as a story. {@link io.kvorum.server.membership.plan.Planner} and
 * {@link io.kvorum.server.membership.plan.Storyteller} are pure.
 */
@NullMarked
package io.kvorum.server.membership.plan;

import org.jspecify.annotations.NullMarked;
