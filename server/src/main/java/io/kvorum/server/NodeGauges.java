package io.kvorum.server;

import io.kvorum.ring.detector.PeerStatus;
import io.kvorum.server.background.Admission;
import io.kvorum.server.background.BackgroundJob;
import io.kvorum.server.command.SessionDirectory;
import io.kvorum.server.command.admin.NodeStatus;
import io.kvorum.server.membership.MembershipService;
import io.kvorum.server.membership.MembershipStatus.MemberStatus;
import io.kvorum.server.metrics.NodeMetrics;
import io.kvorum.server.peer.PeerCounters;
import io.kvorum.server.peer.PeerNode;
import io.kvorum.server.reaping.ReapingCounters;
import io.kvorum.server.repair.AntiEntropyCounters;
import io.kvorum.server.transfer.TransferCounters;
import io.kvorum.storage.engine.StorageEngine;
import io.kvorum.storage.hint.HintStore;
import java.util.function.Supplier;

/** The numbers of a node that are there to be looked up: copies, clients, members, connections between them. */
final class NodeGauges {
    private NodeGauges() {}

    static void register(
            NodeMetrics metrics,
            StorageEngine engine,
            MembershipService membership,
            PeerNode peerNode,
            SessionDirectory sessions) {
        metrics.gauge("kvorum_records", "Records in this node's copies, tombstones included", engine::recordCount);
        metrics.gauge("kvorum_live_keys", "Keys in this node's copies that are not deleted", engine::liveCount);
        metrics.gauge("kvorum_memory_used_bytes", "Heap that records and tables take", engine::usedBytes);
        metrics.gauge("kvorum_memory_max_bytes", "Bound of that, 0 for none", engine::maxMemoryBytes);
        metrics.gauge(
                "kvorum_memory_refused_total", "Writes refused for want of memory", engine::refusedForMemoryCount);
        metrics.gauge("kvorum_clients", "Clients that are connected", sessions::count);
        metrics.gauge(
                "kvorum_unsettled_copies",
                "Copies here that may have forgotten something and do not count for reads",
                () -> membership.status().members().get(0).unsettledPartitions());
        metrics.gauge(
                "kvorum_members",
                "Members of the cluster, this node included",
                () -> membership.status().members().size());
        metrics.gauge(
                "kvorum_members_up",
                "Members that answer this node, itself included",
                () -> membership.status().members().stream()
                        .filter(NodeGauges::isUp)
                        .count());
        metrics.gauge(
                "kvorum_history_events",
                "Events that the membership history tells of",
                () -> membership.status().historyEvents());
        metrics.gauge(
                "kvorum_history_compacted_events",
                "Events of the membership history that have become one",
                () -> membership.status().historyCompacted());
        register(metrics, peerNode.counters());
    }

    static void register(NodeMetrics metrics, Supplier<NodeStatus.Storage> storage) {
        metrics.gauge(
                "kvorum_journal_bytes",
                "Files of the journal",
                () -> storage.get().journalBytes());
        metrics.gauge(
                "kvorum_store_bytes",
                "Files of the checkpoint store",
                () -> storage.get().storeBytes());
        metrics.gauge(
                "kvorum_dirty_records",
                "Records that are newer than their checkpoint",
                () -> storage.get().dirtyRecords());
        metrics.gauge(
                "kvorum_disk_problem",
                "1 while writes are refused because of the disk",
                () -> storage.get().problem().isEmpty() ? 0 : 1);
        metrics.gauge(
                "kvorum_checkpoint_problem",
                "1 while the last checkpoint failed",
                () -> storage.get().checkpointProblem().isEmpty() ? 0 : 1);
    }

    static void register(NodeMetrics metrics, AntiEntropyCounters antiEntropy) {
        metrics.gauge(
                "kvorum_anti_entropy_differing_peers",
                "Owners whose copies differ from this node's and are being compared at this moment",
                antiEntropy::differing);
        metrics.gauge(
                "kvorum_anti_entropy_pulled_total",
                "Keys that were behind here and were brought up to date by anti-entropy",
                antiEntropy::pulled);
        metrics.gauge(
                "kvorum_anti_entropy_sent_total",
                "Keys that were behind at another owner and were sent there by anti-entropy",
                antiEntropy::sent);
        metrics.gauge(
                "kvorum_anti_entropy_unneeded_total",
                "Keys that anti-entropy moved although copies were equal by then; does not grow at rest",
                antiEntropy::unneeded);
    }

    static void register(NodeMetrics metrics, ReapingCounters reaping) {
        metrics.gauge(
                "kvorum_reaped_records_total",
                "Records that this node saw to it that all owners let go of, or truncated the vectors of",
                reaping::reaped);
        metrics.gauge(
                "kvorum_reaping_waiting_records",
                "Records that all owners agreed upon to reap, and that wait until nothing older can come",
                reaping::waiting);
    }

    static void register(NodeMetrics metrics, TransferCounters transfers) {
        metrics.gauge(
                "kvorum_transfer_pending_partitions",
                "Partitions that a plan gives to this node and that have not come yet",
                transfers::pending);
        metrics.gauge(
                "kvorum_transfer_settled_partitions_total",
                "Partitions that this node took over, or saw another let go of",
                transfers::settled);
        metrics.gauge(
                "kvorum_transfer_given_up_partitions_total",
                "Partitions that this node consented to give up",
                transfers::consented);
        metrics.gauge(
                "kvorum_transfer_dropped_copies_total",
                "Copies dropped here because others have their partition",
                transfers::dropped);
        metrics.gauge(
                "kvorum_transfer_received_records_total",
                "Records that came with partitions, pulled or fetched",
                transfers::records);
        metrics.gauge(
                "kvorum_transfer_received_bytes_total", "Bytes of those records, as they are kept", transfers::bytes);
    }

    static void register(NodeMetrics metrics, Admission admission) {
        metrics.gaugeOfDouble(
                "kvorum_background_share",
                "Part of its time that background work may use, as the controller decides",
                () -> admission.status().share());
        metrics.gaugeOfDouble(
                "kvorum_background_foreground_p99_seconds",
                "How long 99 of 100 clients waited at most in the last minute, which decides that",
                () -> admission.status().p99Nanos() / 1e9);
        metrics.gaugeOfDouble(
                "kvorum_background_queue_wait_seconds",
                "How long event loops took to come to what was due, which decides that, too",
                () -> admission.status().queueWaitNanos() / 1e9);
        for (BackgroundJob job : BackgroundJob.ALL) {
            metrics.gaugeOfDouble(
                    "kvorum_background_worked_seconds_total",
                    "How long background jobs were at work",
                    () -> admission.workedNanos(job) / 1e9,
                    "job",
                    job.label());
        }
    }

    static void register(NodeMetrics metrics, NodeCore core, HintStore hints) {
        metrics.gauge(
                "kvorum_hints",
                "Records that this node keeps for others that are away",
                () -> hints.usage().stream().mapToLong(HintStore.Usage::count).sum());
        metrics.gauge(
                "kvorum_hints_bytes",
                "Bytes of them",
                () -> hints.usage().stream().mapToLong(HintStore.Usage::bytes).sum());
        metrics.gauge(
                "kvorum_hints_handed_off_total",
                "Records kept or noted for others that they have taken",
                core.handoff()::handedOff);
        metrics.gauge(
                "kvorum_hints_refused_total",
                "Records kept or noted for others that they did not take when they were sent; they are sent again",
                core.handoff()::refused);
        metrics.gauge(
                "kvorum_hints_parked",
                "Records kept for others that they will never take as they are",
                core.handoff()::parked);
        metrics.gauge(
                "kvorum_bare_hints",
                "Keys of this node's copies that another owner missed a write of, and no fallback keeps",
                core.bareHints()::count);
        metrics.gauge(
                "kvorum_bare_hints_dropped_total",
                "Such keys that found no room; anti-entropy finds them",
                core.bareHints()::dropped);
    }

    private static void register(NodeMetrics metrics, PeerCounters peers) {
        metrics.gauge("kvorum_peer_sent_frames_total", "Frames written to peers", peers::framesSent);
        metrics.gauge("kvorum_peer_received_frames_total", "Frames read from peers", peers::framesReceived);
        metrics.gauge("kvorum_peer_sent_bytes_total", "Bytes of frames written to peers", peers::bytesSent);
        metrics.gauge("kvorum_peer_received_bytes_total", "Bytes read from peers", peers::bytesReceived);
        metrics.gauge(
                "kvorum_peer_unsent_messages_total",
                "Messages not sent because the peer was slow or away",
                peers::notSent);
        metrics.gauge("kvorum_peer_lost_calls_total", "Calls whose connection ended before their answer", peers::lost);
        metrics.gauge("kvorum_peer_late_answers_total", "Answers that nobody waited for any more", peers::lateAnswers);
        metrics.gauge(
                "kvorum_peer_stale_answers_total",
                "Answers with records that were half the tombstone grace on their way, and were not taken",
                peers::staleAnswers);
        metrics.gauge("kvorum_peer_handshakes_refused_total", "Handshakes that this node refused", peers::rejectedByUs);
        metrics.gauge(
                "kvorum_peer_handshakes_late_total",
                "Peer connections closed because their handshake took too long",
                peers::handshakeTimeouts);
        metrics.gauge(
                "kvorum_peer_strangers_crowded_out_total",
                "Peer connections closed because too many came without a handshake",
                peers::crowdedOut);
        metrics.gauge("kvorum_peer_garbage_total", "Peer connections closed for breaking the protocol", peers::garbage);
        metrics.gaugeOfDouble(
                "kvorum_clock_skew_max_seconds",
                "How far beyond the allowed drift a peer's clock was ahead since the last look",
                () -> peers.takeSkewMillisMax() / 1e3);
    }

    private static boolean isUp(MemberStatus member) {
        return member.status() == PeerStatus.UP;
    }
}
