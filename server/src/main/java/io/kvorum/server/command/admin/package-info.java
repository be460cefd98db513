/**
 * The commands about a node and its cluster: INFO, CONFIG, CLUSTER, KV.STATUS, KV.RING. Rows and handlers without state
 * of their own. What they show they get from {@link io.kvorum.server.command.admin.NodeStatus}, which the composition root
 * fills, and from the view of the cluster.
 *
 * <p>Must not import sockets, clocks, threads or the engine.
 */
@NullMarked
package io.kvorum.server.command.admin;

import org.jspecify.annotations.NullMarked;
